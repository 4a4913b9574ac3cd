create table public.r (a int, b int, primary key (a, b));
create table public.t (a int, b int, c int, unique (a, b), check (a > b), foreign key (a, b) references public.r);
create index t_ab on public.t (c, b);
