alter default privileges grant select on tables to role_a;
alter default privileges revoke execute on functions from public;
alter default privileges grant usage on types to role_b;
alter default privileges grant usage on sequences to role_c;
create table t (a int);
create view v as select a from t;
create function f() returns int language sql as 'select 1';
create type e as enum ('a','b');
create table u (e e);
