CREATE MATERIALIZED VIEW public.sums AS SELECT org_id, sum(total) AS total FROM public.orders GROUP BY org_id;
CREATE UNIQUE INDEX sums_org ON public.sums (org_id);
