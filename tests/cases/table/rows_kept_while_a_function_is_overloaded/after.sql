create function f(real) returns int language sql as 'select 1';
create table t (a bigint, b varchar(8)) partition by list (a);
create table d partition of t default;
create view v as select a from t;
