create type e as (x integer);
create table t (id integer primary key, v e);
