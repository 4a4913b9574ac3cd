create table public.t (a int, b int, c int);
alter table public.t alter column b set (n_distinct = -0.25);
alter table public.t alter column c set (n_distinct = 5);
