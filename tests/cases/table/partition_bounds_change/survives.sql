select * from public.e order by id;
