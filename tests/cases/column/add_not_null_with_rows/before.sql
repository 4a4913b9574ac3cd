create table public.orders (id int primary key);
