create table public.p (a int not null);
create table public.q (a int constraint q_nn not null);
create table public.c () inherits (public.p, public.q);
create table public.g () inherits (public.c);
