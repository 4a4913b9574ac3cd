create table public.p (a int check (a > 0) no inherit, b int check (b > 0));
create table public.c () inherits (public.p);
