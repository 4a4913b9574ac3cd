create table public.t (id int primary key, b int, a text);
