create table public.p (a int, constraint k check (a > 0));
create table public.c (constraint k check (a > 0)) inherits (public.p);
