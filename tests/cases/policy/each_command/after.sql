create table t (id integer primary key, owner name);
alter table t enable row level security;
create policy s on t for select to public using (true);
create policy i on t for insert to role_a with check (owner = current_user);
create policy u on t for update to role_a using (owner = current_user) with check (owner is not null);
create policy d on t for delete to role_a, role_b using (owner = current_user);
create policy "all of it" on t for all to role_c using (true) with check (false);
