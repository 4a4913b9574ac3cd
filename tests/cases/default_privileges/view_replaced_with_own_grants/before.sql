alter default privileges in schema public grant all on tables to role_a;
create table t (id integer primary key, a text);
create view v as select id, a from t;
