select * from public.t order by id;
