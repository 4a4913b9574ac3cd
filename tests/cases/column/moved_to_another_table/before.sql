create table public.users (id int primary key, email text unique, bio text);
create table public.profiles (user_id int primary key references public.users);
create view public.v as select id, bio from public.users;
