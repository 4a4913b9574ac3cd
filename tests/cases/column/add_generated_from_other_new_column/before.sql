create table public.boxes (id int primary key);
