alter default privileges in schema public grant select on tables to role_b;
create table t (id integer primary key, a text);
create view v as select a, id from t;
