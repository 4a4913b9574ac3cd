create table public.r (a int, b int, primary key (a, b));
create table public.t (a int, c int, unique (a), check (a > c));
create index t_ab on public.t (c);
