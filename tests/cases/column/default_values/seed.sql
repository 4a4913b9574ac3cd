insert into public.d (id) values (1);
