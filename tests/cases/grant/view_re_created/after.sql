create table t (id integer primary key, a text);
create view v as select a, id from t;
grant select on v to role_a with grant option;
grant select (a) on v to role_b;
