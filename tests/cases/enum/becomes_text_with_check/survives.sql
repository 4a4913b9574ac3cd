select id, s::text from public.t;
