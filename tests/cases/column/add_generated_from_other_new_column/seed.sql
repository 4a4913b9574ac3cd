insert into public.boxes values (1);
