create table public.a (id int primary key);
create table public.c (id int primary key, a_id int);
create table public.b (a_id int references public.a, c_id int constraint b_to_c references public.c);
