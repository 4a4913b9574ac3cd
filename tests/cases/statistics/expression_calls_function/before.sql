create table t (a integer, b integer);
create function f(n integer) returns integer language sql immutable as 'select n';
create statistics s on a, f(b) from t;
