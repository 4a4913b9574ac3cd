create type e as enum ('a', 'b', 'c');
create function e_number(e) returns integer language sql immutable as 'select length($1::text)';
create cast (e as integer) with function e_number(e);
create table t (id integer primary key, v e);
create view v as select id, v::integer as n from t;
