create table public.t (a int default 1, b int);
