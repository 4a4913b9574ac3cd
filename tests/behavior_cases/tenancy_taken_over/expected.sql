-- policies
ALTER POLICY orders_tenant_select ON public.orders USING (true);
