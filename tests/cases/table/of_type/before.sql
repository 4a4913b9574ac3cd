create type public.person as (id int, name text);
create table public.people of public.person (primary key (id));
