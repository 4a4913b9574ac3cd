insert into public.t values (1, array['a', 'b,c'], array['d'], array[1]), (2, '{}', null, null);
