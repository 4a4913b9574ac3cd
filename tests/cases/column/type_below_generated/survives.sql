select id, a, b from public.t;
