create table t (id integer primary key, n integer, g integer);
create view v as select id as x from t;
