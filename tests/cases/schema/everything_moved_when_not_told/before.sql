create schema a;
create schema b;
create type a.state as enum ('x');
create sequence a.s;
create table a.t (id int primary key default nextval('a.s'), state a.state);
create view a.v as select id from a.t;
create function a.f(a.state) returns int language sql as 'select 1';
