create function f(n integer) returns integer language sql immutable as 'select n';
create table t (id integer primary key, n integer default f(1) check (f(n) > 0), g integer generated always as (f(1)) stored);
create index t_f on t (f(n));
create view v as select f(id) as x from t;
