create table public.t (a int, b int, constraint x check (b > 0), constraint y check (a > 0));
