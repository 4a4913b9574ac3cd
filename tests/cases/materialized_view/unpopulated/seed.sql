insert into public.t values (0);
