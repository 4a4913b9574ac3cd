create table public.users (id serial primary key, name text);
create table public.posts (id serial primary key, user_id int not null references public.users on delete cascade);
create index posts_user on public.posts (user_id);
