create type public.c as enum ('a');
create table public.t (id int, c public.c);
