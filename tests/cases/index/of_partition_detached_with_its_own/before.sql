create table public.e (id int, a int) partition by range (id);
create table public.e_1 partition of public.e for values from (0) to (10);
create index e_a on public.e (a);
