create function h() returns language_handler language c as '$libdir/plpgsql', 'plpgsql_call_handler';
create language mine handler h;
create function w() returns event_trigger language plpgsql as 'begin end';
create event trigger e on sql_drop execute function w();
alter event trigger e disable;
