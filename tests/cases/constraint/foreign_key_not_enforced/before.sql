create table public.a (id int primary key);
create table public.b (x int references public.a, y int references public.a not enforced);
