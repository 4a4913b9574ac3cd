create table one (id integer primary key);
create view two as select id from one;
create sequence three;
create function four() returns integer language sql as 'select 1';
create type five as enum ('a');
