create table public.a (x int, z text default 'new');
create table public.b (a public.a);
