create table public.kept (id int, a_id int);
