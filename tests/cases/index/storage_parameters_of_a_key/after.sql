create table public.t (a int primary key, b int unique with (fillfactor = 60));
