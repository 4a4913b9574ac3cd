create domain public.d as int;
create type public.c as (v public.d);
create table public.t (c public.c, l public.d[]);
