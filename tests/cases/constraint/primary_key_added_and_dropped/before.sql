create table public.a (id int, x int);
create table public.b (id int primary key, x int);
