create table b (id integer primary key);
create function f() returns setof b language sql stable as 'select * from b';
create view v as select id from f();
create table a (id integer primary key, v integer check (v > 0));
create policy p on a using (id in (select id from v));
