insert into public.c values (1, 2, 3);
