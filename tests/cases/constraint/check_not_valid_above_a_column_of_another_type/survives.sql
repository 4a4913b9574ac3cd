select * from public.p order by a;
