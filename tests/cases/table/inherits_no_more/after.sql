create table public.p (id int, a int check (a > 0));
create table public.c (id int, a int, x int, constraint p_a_check check (a > 0));
