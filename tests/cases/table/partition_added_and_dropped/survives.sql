select * from public.e_2025;
