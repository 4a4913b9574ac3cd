create table t (id integer primary key, owner name);
create policy p on t using (owner = current_user);
create policy q on t for update using (true) with check (owner = current_user);
