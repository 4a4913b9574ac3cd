create table public.t (a int);
create unique index t_a on public.t (a);
create table public.u (a int, constraint u_a unique (a));
