create table public.t (id int primary key, a int, b int);
create publication p for table public.t (id, a) where (a > 1);
