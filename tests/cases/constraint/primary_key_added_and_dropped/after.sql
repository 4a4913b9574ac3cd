create table public.a (id int primary key, x int);
create table public.b (id int, x int);
