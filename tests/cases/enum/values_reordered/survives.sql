select * from public.t;
select * from public.r;
