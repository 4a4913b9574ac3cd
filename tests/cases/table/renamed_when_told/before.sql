create table public.users (id serial primary key, name text unique, boss int references public.users);
create index users_name_lower on public.users (lower(name));
create table public.posts (id int primary key, author int references public.users);
create view public.v as select name from public.users;
