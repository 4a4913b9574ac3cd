create function watch() returns event_trigger language plpgsql as 'begin end';
create event trigger watch on sql_drop execute function watch();
