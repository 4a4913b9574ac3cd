-- policies
DROP POLICY mine ON public.orders;
CREATE POLICY mine ON public.orders FOR ALL TO authenticated USING ((org_id = public.org()));
