create table public.p (a int not null, b int);
create table public.c () inherits (public.p);
