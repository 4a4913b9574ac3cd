select id from public.orders order by id;
