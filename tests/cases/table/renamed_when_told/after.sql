create table public.people (id serial primary key, name text unique, boss int references public.people);
create index users_name_lower on public.people (lower(name));
create table public.posts (id int primary key, author int references public.people);
create view public.v as select name from public.people;
