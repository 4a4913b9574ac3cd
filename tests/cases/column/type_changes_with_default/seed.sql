insert into public.t values (1, '7', 2, 'no');
