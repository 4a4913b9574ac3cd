create table public.t (id int primary key, a int, b int);
create statistics public.s (dependencies, ndistinct) on a, b from public.t;
create statistics public.s2 on (a + b) from public.t;
