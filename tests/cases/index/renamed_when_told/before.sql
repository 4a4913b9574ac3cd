create table public.t (a int);
create index t_a on public.t (a);
