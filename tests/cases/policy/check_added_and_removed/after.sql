create table t (id integer primary key, owner name);
create policy p on t using (owner = current_user) with check (owner is not null);
create policy q on t for update using (true);
