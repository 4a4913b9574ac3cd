insert into public.e values (1, '2024-05-05', 3);
