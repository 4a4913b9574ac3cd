insert into public.t values (3);
