REVOKE ALL ON public.orders FROM anon;
GRANT SELECT (id, total) ON public.orders TO anon;
