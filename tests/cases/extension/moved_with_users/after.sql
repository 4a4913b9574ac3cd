create schema extensions;
create extension hstore schema extensions;
create table public.t (id int, h extensions.hstore);
create index on public.t using gin (h);
