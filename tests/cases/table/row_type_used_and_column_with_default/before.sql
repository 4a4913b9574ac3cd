create table public.a (x int);
create table public.b (a public.a);
