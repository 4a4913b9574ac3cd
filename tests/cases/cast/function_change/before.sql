create type c as (x integer);
create function one(c) returns integer language sql immutable as 'select ($1).x';
create cast (c as integer) with function one(c);
