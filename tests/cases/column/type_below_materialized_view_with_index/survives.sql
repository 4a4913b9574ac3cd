select id from public.m;
