create table t (id integer primary key, owner name, state text);
create policy p on t for select using (owner = current_user);
