create table public.t (id int primary key, a bigint, b text);
create statistics public.s (dependencies, ndistinct) on a, b from public.t;
create statistics public.s2 on (a + length(b)) from public.t;
