select * from public.lines;
select id from public.v;
