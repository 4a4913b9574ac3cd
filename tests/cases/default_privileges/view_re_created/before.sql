create table t (id integer primary key, a text);
create view v as select id, a from t;
create function f() returns integer language sql as 'select 1';
alter default privileges in schema public grant all on tables to role_a, role_b;
alter default privileges in schema public grant execute on functions to role_b;
