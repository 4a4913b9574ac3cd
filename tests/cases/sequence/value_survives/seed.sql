select setval('public.s', 41);
