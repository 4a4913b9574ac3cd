-- functions
DROP INDEX public.orders_org_id_idx;
-- policies
DROP POLICY orders_tenant_delete ON public.orders;
DROP POLICY orders_tenant_insert ON public.orders;
DROP POLICY orders_tenant_select ON public.orders;
DROP POLICY orders_tenant_update ON public.orders;
ALTER TABLE public.orders DISABLE ROW LEVEL SECURITY;
