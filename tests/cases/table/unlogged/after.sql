create unlogged table public.a (id int primary key);
create table public.b (id serial primary key);
