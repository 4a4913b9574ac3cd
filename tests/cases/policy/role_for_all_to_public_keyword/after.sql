create table t (id integer primary key);
create policy p on t to current_user using (true);
