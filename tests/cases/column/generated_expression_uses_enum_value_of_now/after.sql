create type public.s as enum ('a', 'b');
create table public.t (s public.s default 'b', is_b boolean generated always as (s = 'b') stored);
create index t_b on public.t (s) where s = 'b';
