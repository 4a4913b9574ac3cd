create schema s;
create table s.t (id serial primary key);
create type s.e as enum ('a');
create function s.f() returns integer language sql as 'select 1';
