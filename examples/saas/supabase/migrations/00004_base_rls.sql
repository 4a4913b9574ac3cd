-- A signed-in user sees the rows of one organization: the one that the claim org_id of the JWT names.

ALTER TABLE public.organizations ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.products ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.orders ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.audit_log ENABLE ROW LEVEL SECURITY;

-- The sub-select makes PostgreSQL read the claim once per statement, not once per row.
CREATE POLICY organizations_read ON public.organizations FOR SELECT TO authenticated
USING (id = (SELECT auth.jwt() ->> 'org_id')::uuid);

CREATE POLICY products_tenant ON public.products FOR ALL TO authenticated
USING (org_id = (SELECT auth.jwt() ->> 'org_id')::uuid)
WITH CHECK (org_id = (SELECT auth.jwt() ->> 'org_id')::uuid);

CREATE POLICY orders_tenant ON public.orders FOR ALL TO authenticated
USING (org_id = (SELECT auth.jwt() ->> 'org_id')::uuid)
WITH CHECK (org_id = (SELECT auth.jwt() ->> 'org_id')::uuid);

CREATE POLICY audit_log_read ON public.audit_log FOR SELECT TO authenticated
USING (org_id = (SELECT auth.jwt() ->> 'org_id')::uuid);

-- The policies compare org_id in every query. products has UNIQUE (org_id, sku), the others need an index.
CREATE INDEX orders_org_id_placed_at_idx ON public.orders (org_id, placed_at DESC);
CREATE INDEX orders_product_id_idx ON public.orders (product_id);
CREATE INDEX audit_log_org_id_changed_at_idx ON public.audit_log (org_id, changed_at DESC);

-- What a new table grants by default differs between Supabase projects: say it.
REVOKE ALL ON public.organizations, public.products, public.orders, public.audit_log FROM anon, authenticated;
GRANT SELECT ON public.organizations, public.audit_log TO authenticated;
GRANT SELECT, INSERT, UPDATE, DELETE ON public.products, public.orders TO authenticated;
GRANT ALL ON public.organizations, public.products, public.orders, public.audit_log TO service_role;

REVOKE ALL ON FUNCTION public.handle_updated_at() FROM PUBLIC, anon, authenticated;
REVOKE ALL ON FUNCTION public.audit_changes() FROM PUBLIC, anon, authenticated;
REVOKE ALL ON FUNCTION public.get_dashboard_stats(uuid) FROM PUBLIC, anon;
GRANT EXECUTE ON FUNCTION public.get_dashboard_stats(uuid) TO authenticated, service_role;
