CREATE VIEW public.totals WITH (security_invoker = true) AS SELECT id, total FROM public.orders;
CREATE MATERIALIZED VIEW public.kept AS SELECT count(*) AS orders FROM public.orders;
CREATE VIEW public.open_to_all WITH (security_invoker = true) AS SELECT id FROM public.plans;
REVOKE ALL ON public.open_to_all FROM anon;
GRANT SELECT ON public.open_to_all TO anon;
