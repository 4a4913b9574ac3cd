create function public.ok(y int) returns boolean language sql immutable as 'select y > 1';
create table public.t (a int default 3, b boolean default public.ok(1), constraint a_ok check (public.ok(a)), g boolean generated always as (public.ok(a)) stored);
create index t_ok on public.t (public.ok(a)) where public.ok(a);
create view public.v as select public.ok(a) as fine from public.t;
alter table public.t enable row level security;
create policy p on public.t using (public.ok(a));
create domain public.d as int check (public.ok(value));
