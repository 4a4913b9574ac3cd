select * from public.kept;
