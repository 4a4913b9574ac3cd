-- functions
DROP VIEW public.totals;
CREATE MATERIALIZED VIEW public.totals AS
 SELECT id,
    total
   FROM public.orders
WITH DATA;
