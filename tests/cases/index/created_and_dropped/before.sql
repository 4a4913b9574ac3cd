create table public.t (a int, b text);
create index t_a on public.t (a);
create unique index t_gone on public.t (b);
