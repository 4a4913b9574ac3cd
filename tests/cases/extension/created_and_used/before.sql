create table public.t (id int, a text);
