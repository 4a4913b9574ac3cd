create table public.t (a int, b text);
create view public.v as select a, b as title from public.t;
create view public.w as select title as name from public.v;
create view public.x as select name from public.w;
create function public.f() returns setof public.v language sql as 'select * from public.v';
grant select on public.w to role_a;
comment on column public.w.name is 'its name';
