create function step2(state bigint, n integer) returns bigint language sql immutable as 'select state + n * 2';
create aggregate total(integer) (sfunc = step2, stype = bigint, initcond = '1');
create table t (n integer);
create view sums as select total(n) as s from t;
grant select on sums to role_a;
