insert into public.t values (1, row(1, 2));
