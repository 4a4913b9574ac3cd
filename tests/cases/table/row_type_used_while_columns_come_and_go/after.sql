create table public.a (x int, z text);
create table public.b (id int, a public.a, l public.a[]);
