create function my_handler() returns language_handler language c as '$libdir/plpgsql', 'plpgsql_call_handler';
create function my_validator(oid) returns void language c as '$libdir/plpgsql', 'plpgsql_validator';
create language mine handler my_handler;
