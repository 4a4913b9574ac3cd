create schema a;
create schema b;
create type b.state as enum ('x');
create sequence b.s;
create table b.t (id int primary key default nextval('b.s'), state b.state);
create view b.v as select id from b.t;
create function b.f(b.state) returns int language sql as 'select 1';
