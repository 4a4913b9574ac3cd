-- functions
CREATE OR REPLACE VIEW public.totals WITH (security_invoker='true') AS
 SELECT id,
    total,
    org_id
   FROM public.orders;
