create type public.kind as enum ('a', 'b', 'c', 'd');
create table public.e (id int, k public.kind) partition by list (k);
create table public.e_a partition of public.e for values in ('a');
create table public.e_d partition of public.e for values in ('d');
