insert into public.e values (50), (199);
