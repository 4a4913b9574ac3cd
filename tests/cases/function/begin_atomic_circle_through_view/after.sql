create table t (id integer primary key, n bigint);
create view v as select id, n from t where n > 0;
create function f() returns numeric language sql begin atomic select sum(n) from v; end;
create view w as select f() as f;
