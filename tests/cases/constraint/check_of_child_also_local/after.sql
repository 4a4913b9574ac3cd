create table public.p (a int);
create table public.c (constraint k check (a > 0), constraint own check (a < 9)) inherits (public.p);
