REVOKE ALL ON public.orders FROM anon;
