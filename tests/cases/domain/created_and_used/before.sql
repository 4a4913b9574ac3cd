create table public.t (id int, email text);
