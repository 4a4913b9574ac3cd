create function from_sql(internal) returns internal language c strict immutable as '$libdir/plpgsql', 'plpgsql_validator';
create function to_sql(internal) returns integer language c strict immutable as '$libdir/plpgsql', 'plpgsql_validator';
create transform for integer language plpgsql (from sql with function from_sql(internal));
