create table public.users (id int primary key, email text unique);
create table public.profiles (user_id int primary key references public.users, bio text not null default '');
create view public.v as select id, bio from public.users join public.profiles on id = user_id;
