create schema s;
create table s.t (id serial primary key, a text);
create table s.parted (id integer) partition by list (id);
create table s.part partition of s.parted for values in (1);
create sequence s.q;
create view s.v as select 1 as a;
create materialized view s.m as select 1 as a;
