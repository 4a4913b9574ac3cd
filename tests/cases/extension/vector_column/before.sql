create extension vector;
create table public.docs (id int primary key, v vector(3));
