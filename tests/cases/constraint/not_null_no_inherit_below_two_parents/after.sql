create table public.p (a int constraint p_a_not_null not null no inherit);
create table public.q (a int);
create table public.c () inherits (public.p, public.q);
create table public.g () inherits (public.c);
