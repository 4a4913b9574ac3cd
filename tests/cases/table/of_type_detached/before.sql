create type public.person as (id int, name text);
create table public.people of public.person (primary key (id));
create table public.others (id int, name text);
