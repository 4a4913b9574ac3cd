create table a (id integer primary key, b integer);
create table b (id integer primary key, a integer);
create policy p on a using (b in (select id from b));
create policy p on b using (a in (select id from a));
