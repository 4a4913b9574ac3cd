select * from public.b;
