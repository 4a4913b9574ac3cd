create table public.p (a int check (a > 0), b int check (b > 0) no inherit);
create table public.c () inherits (public.p);
