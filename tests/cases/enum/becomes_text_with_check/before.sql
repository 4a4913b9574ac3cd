create type public.state as enum ('a', 'b');
create table public.t (id int, s public.state not null default 'a');
create index t_s on public.t (s);
