create schema extensions;
create extension pg_trgm schema extensions;
create table public.t (a text);
