create extension hstore;
create table public.t (h hstore);
create function public.akeys(text) returns text language sql as 'select $1';
create index on public.t using gist (h);
