insert into public.a values (1);
insert into public.b values (1, 1);
insert into public.c values (1);
