insert into public.users (name) values ('a');
insert into public.posts (user_id) values (1);
