select * from public.v;
