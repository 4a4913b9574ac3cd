create type public.inner_one as (a int);
create type public.outer_one as (i public.inner_one, n int);
create table public.t (o public.outer_one);
