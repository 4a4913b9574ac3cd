select id, a from public.parent;
