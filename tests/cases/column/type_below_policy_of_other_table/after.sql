create table public.members (id int primary key, team bigint not null);
create table public.docs (id int primary key, team bigint not null);
alter table public.docs enable row level security;
create policy team on public.docs for select to role_a
  using (exists (select from public.members m where m.team = docs.team));
