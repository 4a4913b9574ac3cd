-- functions
DROP MATERIALIZED VIEW public.sums;
