create type public.s as enum ('a');
create table public.t (s public.s);
