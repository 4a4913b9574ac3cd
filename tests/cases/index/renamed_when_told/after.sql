create table public.t (a int);
create index t_a_idx on public.t (a);
