create table public.t (a int, b int, primary key (b, a));
