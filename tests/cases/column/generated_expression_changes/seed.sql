insert into public.t values (3, 4);
