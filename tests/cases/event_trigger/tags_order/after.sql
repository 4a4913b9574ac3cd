create function watch() returns event_trigger language plpgsql as 'begin end';
create event trigger watch on ddl_command_end when tag in ('ALTER TABLE', 'CREATE TABLE') execute function watch();
