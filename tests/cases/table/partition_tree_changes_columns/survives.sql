select id, at, a from public.e;
