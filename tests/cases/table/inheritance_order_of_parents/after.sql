create table public.a (x int);
create table public.b (y int);
create table public.c () inherits (public.b, public.a);
