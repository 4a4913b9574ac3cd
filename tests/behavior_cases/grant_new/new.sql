REVOKE ALL ON public.orders FROM anon;
GRANT SELECT ON public.orders TO authenticated;
