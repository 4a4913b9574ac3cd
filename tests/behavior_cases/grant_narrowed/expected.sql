-- policies
REVOKE INSERT ON TABLE public.orders FROM authenticated;
