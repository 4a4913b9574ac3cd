select id, a, x from public.c;
