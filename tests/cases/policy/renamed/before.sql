create table t (id integer primary key);
create policy "Users can read" on t using (true);
