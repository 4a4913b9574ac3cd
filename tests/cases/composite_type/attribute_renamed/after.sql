create type public.c as (a int, z int);
create table public.t (c public.c);
