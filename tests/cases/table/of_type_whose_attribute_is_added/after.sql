create type public.person as (id int, name text, born date);
create table public.people of public.person;
