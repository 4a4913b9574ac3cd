create table a (id integer primary key);
create table b (id integer primary key);
create view c as select 1 as x;
