create table public.c (x int, id int not null, a int default 4);
