-- functions
CREATE VIEW public.large AS
 SELECT id
   FROM public.totals
  WHERE (total > (100)::numeric);
