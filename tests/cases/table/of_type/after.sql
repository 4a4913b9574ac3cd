create type public.person as (id int, name text);
create table public.people of public.person (id with options primary key, name with options not null default 'x');
