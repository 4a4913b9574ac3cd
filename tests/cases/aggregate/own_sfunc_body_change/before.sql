create function step(state bigint, n integer) returns bigint language sql immutable as 'select state + n';
create aggregate total(integer) (sfunc = step, stype = bigint, initcond = '0');
create table t (n integer);
create view sums as select total(n) as s from t;
