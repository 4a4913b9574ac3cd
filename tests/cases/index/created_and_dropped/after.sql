create table public.t (a int, b text);
create unique index t_a on public.t (a);
create index t_b on public.t (b, a);
