create table t (id integer primary key, n integer);
create view v as select id, n from t;
create function f() returns bigint language sql begin atomic select sum(n) from v; end;
create view w as select f() as f;
