select id, a::text from public.t;
