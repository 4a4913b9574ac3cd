CREATE VIEW public.totals AS SELECT id, total FROM public.orders;
