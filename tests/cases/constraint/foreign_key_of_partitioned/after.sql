create table public.a (id int primary key);
create table public.e (id int, a_id int references public.a on delete cascade) partition by range (id);
create table public.e_1 partition of public.e for values from (0) to (10);
create table public.e_2 partition of public.e for values from (10) to (20);
