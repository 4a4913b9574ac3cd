insert into public.t values (5, 'a');
