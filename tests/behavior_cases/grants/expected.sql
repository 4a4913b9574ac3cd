-- policies
REVOKE ALL ON TABLE public.orders FROM anon;
REVOKE ALL ON TABLE public.orders FROM authenticated;
REVOKE ALL ON TABLE public.plans FROM anon;
REVOKE ALL ON TABLE public.plans FROM authenticated;
GRANT INSERT, SELECT ON TABLE public.orders TO authenticated;
GRANT SELECT ON TABLE public.plans TO anon;
GRANT INSERT, SELECT ON TABLE public.plans TO authenticated;
