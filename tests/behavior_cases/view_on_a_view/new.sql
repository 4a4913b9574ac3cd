CREATE VIEW public.totals WITH (security_invoker = true) AS SELECT id, total FROM public.orders;
CREATE VIEW public.large AS SELECT id FROM public.totals WHERE total > 100;
