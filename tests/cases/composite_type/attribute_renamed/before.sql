create type public.c as (a int, b int);
create table public.t (c public.c);
