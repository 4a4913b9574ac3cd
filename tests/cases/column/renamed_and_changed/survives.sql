select id from public.t;
