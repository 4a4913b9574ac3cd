create table public.t (a int, constraint t_a unique (a));
create table public.u (a int);
create unique index u_a on public.u (a);
