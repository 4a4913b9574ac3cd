create function public.ok(int) returns boolean language sql immutable as 'select $1 > 0';
create table public.t (a int, constraint a_ok check (public.ok(a)));
create index on public.t ((public.ok(a)));
create view public.v as select public.ok(a) as fine from public.t;
alter table public.t enable row level security;
create policy p on public.t using (public.ok(a));
