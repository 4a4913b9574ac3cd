create table public.t (a int, b int unique, unique nulls not distinct (a));
