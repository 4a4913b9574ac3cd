create table public.t (id int, a int);
create index t_a on public.t (a);
