-- functions
CREATE VIEW public.open_to_all WITH (security_invoker='true') AS
 SELECT id
   FROM public.plans;
CREATE VIEW public.totals WITH (security_invoker='true') AS
 SELECT id,
    total
   FROM public.orders;
CREATE MATERIALIZED VIEW public.kept AS
 SELECT count(*) AS orders
   FROM public.orders
WITH DATA;
REVOKE ALL ON TABLE public.kept FROM anon;
REVOKE ALL ON TABLE public.kept FROM authenticated;
REVOKE ALL ON TABLE public.open_to_all FROM anon;
REVOKE ALL ON TABLE public.totals FROM anon;
REVOKE ALL ON TABLE public.totals FROM authenticated;
GRANT SELECT ON TABLE public.open_to_all TO anon;
GRANT SELECT ON TABLE public.totals TO authenticated;
-- policies
REVOKE ALL ON TABLE public.orders FROM anon;
REVOKE ALL ON TABLE public.orders FROM authenticated;
REVOKE ALL ON TABLE public.plans FROM anon;
REVOKE ALL ON TABLE public.plans FROM authenticated;
GRANT SELECT ON TABLE public.orders TO authenticated;
GRANT SELECT ON TABLE public.plans TO authenticated;
