CREATE VIEW public.totals WITH (security_invoker = true) AS SELECT id, total FROM public.orders;
