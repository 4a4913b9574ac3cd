create schema extensions;
create extension hstore schema public;
create table public.t (id int, h public.hstore);
create index on public.t using gin (h);
