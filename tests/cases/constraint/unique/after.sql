create table public.t (a int unique, b int, c int, constraint ab unique (a, c));
