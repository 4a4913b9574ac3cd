create table t (id integer primary key, owner name, team bigint);
alter table t enable row level security;
alter table t force row level security;
create policy a on t for select to role_a using (owner = current_user);
create policy b on t for insert to role_a with check (owner = current_user and team is not null);
create policy c on t for update using (true) with check (team > 0);
create policy e on t as permissive using (team > 0);
create policy f on t as restrictive for all to role_b using (team = 2);
