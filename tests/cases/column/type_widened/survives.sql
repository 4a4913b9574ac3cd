select id, a, b, c, trim(e) from public.t;
