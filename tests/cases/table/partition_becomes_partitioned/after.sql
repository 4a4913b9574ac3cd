create table public.e (id int, k int) partition by list (k);
create table public.e_1 partition of public.e for values in (1) partition by range (id);
create table public.e_1_a partition of public.e_1 for values from (0) to (10);
