create table t (id integer primary key, owner name, team integer);
alter table t enable row level security;
create policy a on t for select using (owner = current_user);
create policy b on t for insert with check (owner = current_user);
create policy c on t for update using (true);
create policy d on t for delete using (team = 1);
create policy e on t as restrictive using (team > 0);
