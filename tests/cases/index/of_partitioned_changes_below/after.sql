create table public.e (id int, a int) partition by range (id);
create table public.e_1 partition of public.e for values from (0) to (10);
create index e_a on public.e (a);
create index e_1_more on public.e_1 (a, id);
alter index public.e_1_a_idx set (fillfactor = 50);
comment on index public.e_a is 'all';
comment on index public.e_1_a_idx is 'one';
