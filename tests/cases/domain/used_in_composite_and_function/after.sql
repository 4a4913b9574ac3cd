create domain public.d as int check (value > 0) default 5;
create type public.c as (v public.d);
create table public.t (c public.c, l public.d[]);
