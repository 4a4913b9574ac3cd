create table public.e (id int, a int) partition by range (id);
create table public.e_1 partition of public.e for values from (0) to (10);
create table public.e_2 partition of public.e for values from (10) to (20) partition by range (id);
create table public.e_2_1 partition of public.e_2 for values from (10) to (15);
create index e_gone on public.e (id);
