create table a (id integer primary key);
create table b (id integer primary key);
create policy p on a using (id in (select id from b));
create policy q on b using (id in (select id from a));
