create function step(state bigint, n integer) returns bigint language sql immutable as 'select state + n';
create aggregate total(integer) (sfunc = step, stype = bigint, initcond = '0');
