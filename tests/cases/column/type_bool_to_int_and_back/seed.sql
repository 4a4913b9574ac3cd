insert into public.t values (1, false, 1);
