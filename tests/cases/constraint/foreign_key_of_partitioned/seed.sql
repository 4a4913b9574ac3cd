insert into public.a values (1);
insert into public.e values (5, 1);
