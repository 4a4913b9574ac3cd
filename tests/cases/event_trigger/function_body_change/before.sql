create function watch() returns event_trigger language plpgsql as 'begin perform 1; end';
create event trigger watch on ddl_command_end execute function watch();
