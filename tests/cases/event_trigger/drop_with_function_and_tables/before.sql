create table t (id integer);
create function watch() returns event_trigger language plpgsql as 'begin perform count(*) from t; end';
create event trigger watch on sql_drop execute function watch();
