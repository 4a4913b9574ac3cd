select * from public.v;
select * from public.posts;
