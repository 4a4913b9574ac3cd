CREATE POLICY orders_tenant_select ON public.orders FOR SELECT TO authenticated USING (true);
