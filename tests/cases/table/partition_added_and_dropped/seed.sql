insert into public.e values (1, '2025-02-02');
