CREATE MATERIALIZED VIEW public.sums AS SELECT org_id, avg(total) AS total FROM public.orders GROUP BY org_id;
