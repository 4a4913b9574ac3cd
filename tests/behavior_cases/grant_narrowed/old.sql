REVOKE ALL ON public.orders FROM anon, authenticated;
GRANT SELECT, INSERT ON public.orders TO authenticated;
