create table public.t (id int primary key, a bigint);
create publication p for table public.t (id, a) where (a > 1);
