create table public.a (id int primary key, in_a int);
create table public.b (id int primary key, in_b text);
