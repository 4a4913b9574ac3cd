insert into public.a values (1, 2); insert into public.b values (1, null, null);
