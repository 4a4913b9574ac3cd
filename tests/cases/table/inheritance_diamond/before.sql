create table public.top (id int);
create table public.l () inherits (public.top);
create table public.r () inherits (public.top);
create table public.bottom (x int) inherits (public.l, public.r);
