create table public.t (a int, b int, c int, constraint u unique (a) include (b, c));
