create table a (id integer primary key);
create view v as select id from a;
create function f() returns setof v language sql stable as 'select * from v';
create table b (id integer primary key);
