create table public.t (a int constraint k check (a > 0));
