insert into public.t values (row(1), array[2, 3]), (null, null), (row(7), '{}');
