insert into public.a values (1, 2); insert into public.b values (1, row(3, 4), array[row(5, 6)::public.a]);
