create type public.inner_one as (a int, b text);
create type public.outer_one as (i public.inner_one, l public.inner_one[]);
create table public.t (o public.outer_one);
