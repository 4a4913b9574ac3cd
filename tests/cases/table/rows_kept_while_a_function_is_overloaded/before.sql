create function f() returns int language sql as 'select 1';
create table t (a int, b text default 'x');
create view v as select a from t;
