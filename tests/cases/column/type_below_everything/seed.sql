insert into public.t values (1, 'one'), (2, 'x');
