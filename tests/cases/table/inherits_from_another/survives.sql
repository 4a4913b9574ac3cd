select id, x from public.c;
