create type c as (x integer);
create function two(c) returns integer language sql immutable as 'select ($1).x * 2';
create cast (c as integer) with function two(c) as implicit;
