create table public.t (a int, b int, c int);
alter table public.t alter column a set (n_distinct = 100);
alter table public.t alter column b set (n_distinct = -0.5, n_distinct_inherited = 7);
