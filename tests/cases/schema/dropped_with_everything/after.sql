create table public.r (id int, e text);
