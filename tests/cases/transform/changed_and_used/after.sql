create function from_sql(internal) returns internal language c strict immutable as '$libdir/plpgsql', 'plpgsql_validator';
create function to_sql(internal) returns integer language c strict immutable as '$libdir/plpgsql', 'plpgsql_validator';
create transform for integer language plpgsql (from sql with function from_sql(internal), to sql with function to_sql(internal));
create function f(n integer) returns integer transform for type integer language plpgsql as 'begin return n; end';
