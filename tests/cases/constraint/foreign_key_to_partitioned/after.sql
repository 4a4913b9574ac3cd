create table public.e (id int primary key) partition by range (id);
create table public.e_1 partition of public.e for values from (0) to (10);
create table public.e_2 partition of public.e for values from (10) to (20);
create table public.r (e_id int references public.e deferrable);
