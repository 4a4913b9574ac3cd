-- functions
DROP VIEW public.totals;
