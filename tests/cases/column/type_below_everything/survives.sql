select id, k, up from public.t order by id;
