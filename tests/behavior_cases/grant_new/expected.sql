-- policies
REVOKE ALL ON TABLE public.orders FROM anon;
