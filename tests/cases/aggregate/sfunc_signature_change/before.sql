create function step(state integer, n integer) returns integer language sql immutable as 'select state + n';
create aggregate total(integer) (sfunc = step, stype = integer, initcond = '0');
