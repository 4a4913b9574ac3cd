select id, d from public.t;
