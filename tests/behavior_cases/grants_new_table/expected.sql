-- policies
REVOKE ALL ON TABLE public.items FROM anon;
