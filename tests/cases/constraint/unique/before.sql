create table public.t (a int, b int, c int unique, constraint ab unique (a, b));
