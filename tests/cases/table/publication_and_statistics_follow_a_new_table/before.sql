create table public.t (id int not null, a int, b int);
create statistics public.st on a, b from public.t;
create publication p for table public.t;
comment on table public.t is 'kept';
grant select on public.t to role_a;
alter table public.t enable row level security;
create policy pol on public.t to role_a using (a > 0);
