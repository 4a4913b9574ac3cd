create table t (id integer primary key);
create policy "Users can read their own" on t using (true);
