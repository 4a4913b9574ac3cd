create table t (id integer primary key, a text);
create type e as enum ('x');
create schema s;
grant select (id) on t to public;
grant usage on type e to role_a;
grant usage on schema s to role_a;
