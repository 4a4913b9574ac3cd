-- policies
ALTER POLICY orders_tenant_delete ON public.orders TO authenticated, service_role;
ALTER POLICY orders_tenant_insert ON public.orders TO authenticated, service_role;
ALTER POLICY orders_tenant_select ON public.orders TO authenticated, service_role;
ALTER POLICY orders_tenant_update ON public.orders TO authenticated, service_role;
