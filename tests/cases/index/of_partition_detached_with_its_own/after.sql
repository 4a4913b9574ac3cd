create table public.e (id int, a int) partition by range (id);
create table public.e_1 (id int, a int);
create index e_1_a_idx on public.e_1 (a);
create index e_a on public.e (a);
