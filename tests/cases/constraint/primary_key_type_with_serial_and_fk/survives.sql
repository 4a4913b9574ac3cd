select * from public.users;
select * from public.posts;
