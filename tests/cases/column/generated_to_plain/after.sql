create table public.t (a int, c int default 5);
