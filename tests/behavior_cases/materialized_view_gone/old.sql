CREATE MATERIALIZED VIEW public.sums AS SELECT org_id, sum(total) AS total FROM public.orders GROUP BY org_id;
