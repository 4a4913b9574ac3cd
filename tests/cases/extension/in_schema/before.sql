create schema extensions;
create extension hstore schema public;
