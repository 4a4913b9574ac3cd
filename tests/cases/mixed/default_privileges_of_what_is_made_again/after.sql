alter default privileges grant select, insert on tables to role_b with grant option;
alter default privileges grant usage on schemas to role_a;
create table t (a bigint);
create view v as select a, 1 as b from t;
create function f() returns text language sql as 'select 1::text';
create type e as enum ('b');
create table u (e e, s serial);
create schema ns;
