create table public.e (id int) partition by range (id);
create table public.e_1 partition of public.e for values from (0) to (150);
create table public.e_2 partition of public.e for values from (150) to (300);
