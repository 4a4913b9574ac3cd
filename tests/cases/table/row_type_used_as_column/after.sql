create table public.a (x bigint, y int, z text);
create table public.b (id int, a public.a, l public.a[]);
