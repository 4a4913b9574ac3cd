create table t (id integer primary key, n integer);
create view a as select id, n from t;
create view b as select id from a;
create function f() returns setof b language sql stable as 'select * from b';
create policy p on t using (id in (select id from b));
