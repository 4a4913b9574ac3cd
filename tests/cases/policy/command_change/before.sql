create table t (id integer primary key, owner name);
alter table t enable row level security;
create policy p on t for select to role_a using (owner = current_user);
create policy q on t for insert with check (true);
comment on policy p on t is 'the same comment';
