create table public.a (id int primary key);
create unlogged table public.b (id serial primary key);
