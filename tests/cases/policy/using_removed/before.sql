create table t (id integer primary key);
create policy p on t for all using (true) with check (id > 0);
