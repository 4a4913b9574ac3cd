create table public.e (id int, a int) partition by range (id);
create table public.e_1 partition of public.e for values from (0) to (10);
create table public.e_2 partition of public.e for values from (10) to (20);
create index e_a on only public.e (a);
create index e_1_a on public.e_1 (a);
alter index public.e_a attach partition public.e_1_a;
