create table t (id integer primary key);
create policy p on t for all with check (id > 0);
