insert into public.t values (1, 2, 'b', 1.25, null, 'abc');
