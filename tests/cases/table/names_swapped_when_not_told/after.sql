create table public.a (id int primary key, x text, only_b int);
create table public.b (id int primary key, x int, only_a int);
