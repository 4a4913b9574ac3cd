create table t (id integer primary key);
create policy p on t to public using (true);
