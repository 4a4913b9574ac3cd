create table public.p (id int);
create table public.c (a int, x int) inherits (public.p);
create table public.d (x int) inherits (public.p);
