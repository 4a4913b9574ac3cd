create function watch() returns event_trigger language plpgsql as 'begin end';
create event trigger watch on ddl_command_end execute function watch();
comment on event trigger watch is 'watches';
