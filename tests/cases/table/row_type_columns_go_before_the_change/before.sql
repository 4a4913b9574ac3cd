create table public.a (x int, y int);
create table public.b (id int, gone public.a, l public.a[]);
