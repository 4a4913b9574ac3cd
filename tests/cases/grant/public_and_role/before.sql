create table t (id integer primary key, a text);
create type e as enum ('x');
create schema s;
grant select on t to public;
grant usage on schema s to public;
