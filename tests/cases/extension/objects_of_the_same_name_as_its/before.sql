create extension hstore;
create table public.t (h hstore);
