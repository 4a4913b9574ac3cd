insert into public.t (a) values (5);
