-- policies
DROP POLICY orders_tenant_delete ON public.orders;
DROP POLICY orders_tenant_insert ON public.orders;
DROP POLICY orders_tenant_update ON public.orders;
