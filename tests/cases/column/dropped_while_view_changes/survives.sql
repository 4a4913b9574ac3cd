select id, a from public.t;
