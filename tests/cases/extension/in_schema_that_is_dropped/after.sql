create extension citext schema public;
create table public.t (id int, a citext);
