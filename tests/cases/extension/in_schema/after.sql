create schema extensions;
create extension hstore schema extensions;
create extension pg_trgm schema extensions;
