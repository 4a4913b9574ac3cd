-- policies
DROP POLICY mine ON public.orders;
CREATE POLICY mine ON public.orders AS RESTRICTIVE FOR SELECT TO authenticated USING ((org_id = public.org()));
