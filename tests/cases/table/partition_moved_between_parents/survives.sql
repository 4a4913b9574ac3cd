select * from public.part;
