create table public.people (id serial primary key, name text unique);
create view public.v as select name from public.people;
