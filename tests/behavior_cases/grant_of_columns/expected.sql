-- policies
REVOKE ALL ON TABLE public.orders FROM anon;
GRANT SELECT (id) ON TABLE public.orders TO anon;
GRANT SELECT (total) ON TABLE public.orders TO anon;
