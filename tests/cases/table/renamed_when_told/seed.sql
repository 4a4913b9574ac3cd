insert into public.users (name) values ('ada');
insert into public.posts values (1, 1);
