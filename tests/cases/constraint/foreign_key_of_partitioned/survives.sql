select * from public.e;
