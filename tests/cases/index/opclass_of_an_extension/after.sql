create schema extensions;
create extension pg_trgm schema extensions;
create table public.t (a text);
create index t_a on public.t using gin (a extensions.gin_trgm_ops);
create index t_b on public.t using gist (a extensions.gist_trgm_ops (siglen = 32));
