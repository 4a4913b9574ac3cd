CREATE VIEW public.totals WITH (security_invoker = true) AS SELECT id, sum_of_it FROM public.orders;
