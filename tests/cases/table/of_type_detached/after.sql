create type public.person as (id int, name text);
create table public.people (id int primary key, name text);
create table public.others of public.person;
