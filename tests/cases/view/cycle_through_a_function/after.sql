create table public.t (a bigint, b int);
create view public.inner_one as select a, b from public.t;
create function public.f() returns setof public.inner_one language sql as 'select * from public.inner_one';
create view public.outer_one as select a, b from public.f();
