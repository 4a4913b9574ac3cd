create table public.t (a int primary key);
