create table public.t (a int unique, b int, unique nulls not distinct (b));
