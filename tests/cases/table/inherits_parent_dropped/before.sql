create table public.p (id int not null, a int default 4);
create table public.c (x int) inherits (public.p);
