create table public.p (id int, a int check (a > 0));
create table public.c (x int) inherits (public.p);
