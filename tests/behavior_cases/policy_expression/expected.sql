-- policies
ALTER POLICY mine ON public.orders USING ((org_id = ( SELECT public.org() AS org)));
