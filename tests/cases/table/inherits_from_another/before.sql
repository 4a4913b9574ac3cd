create table public.p (id int);
create table public.q (id int);
create table public.c (x int) inherits (public.p);
create view public.v as select id, x from public.c;
