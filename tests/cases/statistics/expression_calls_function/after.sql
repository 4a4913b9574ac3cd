create table t (a integer, b integer);
create function f(n integer) returns bigint language sql immutable as 'select n::bigint';
create statistics s on a, f(b) from t;
