create table public.a (id int primary key);
create table public.b (a_id int, c_id int);
create table public.c (id int primary key, a_id int references public.a);
