create extension citext;
create extension pg_trgm;
create table public.t (id int, a citext);
create index on public.t using gin ((a::text) gin_trgm_ops);
