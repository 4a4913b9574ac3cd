create schema s authorization role_a;
create table s.t (id serial primary key);
create type s.e as enum ('a');
create function s.f() returns integer language sql as 'select 1';
alter table s.t owner to role_a;
alter type s.e owner to role_a;
alter function s.f() owner to role_a;
