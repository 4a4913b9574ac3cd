-- policies
DROP POLICY mine ON public.orders;
CREATE POLICY "Members read" ON public.orders FOR SELECT TO authenticated USING ((org_id = public.org()));
