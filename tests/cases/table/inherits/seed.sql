insert into public.c values (1, 2, 3);
insert into public.d values (4, 5);
