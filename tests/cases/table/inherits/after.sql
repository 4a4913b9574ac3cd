create table public.p1 (id int, a int);
create table public.p2 (b int);
create table public.c (x int) inherits (public.p1, public.p2);
create table public.d (id int, a int) inherits (public.p1);
