create schema z;
create table z.t (id int primary key);
create schema m;
create view m.v as select id from z.t;
create schema a;
create materialized view a.m as select id from m.v;
create function z.f() returns setof a.m language sql as 'select * from a.m';
