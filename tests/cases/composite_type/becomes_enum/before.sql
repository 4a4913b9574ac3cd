create type public.c as (a int);
create table public.t (id int, c public.c);
