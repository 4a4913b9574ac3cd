create table t (id integer primary key, a text);
create policy p on t using (a = 'x' and id in (1, 2));
