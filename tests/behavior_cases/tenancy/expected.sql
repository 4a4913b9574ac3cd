-- functions
CREATE INDEX orders_org_id_idx ON public.orders USING btree (org_id);
-- policies
ALTER TABLE public.orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY orders_tenant_delete ON public.orders FOR DELETE TO authenticated USING ((org_id = ( SELECT ((auth.jwt() ->> 'org_id'::text))::uuid AS uuid)));
CREATE POLICY orders_tenant_insert ON public.orders FOR INSERT TO authenticated WITH CHECK ((org_id = ( SELECT ((auth.jwt() ->> 'org_id'::text))::uuid AS uuid)));
CREATE POLICY orders_tenant_select ON public.orders FOR SELECT TO authenticated USING ((org_id = ( SELECT ((auth.jwt() ->> 'org_id'::text))::uuid AS uuid)));
CREATE POLICY orders_tenant_update ON public.orders FOR UPDATE TO authenticated USING ((org_id = ( SELECT ((auth.jwt() ->> 'org_id'::text))::uuid AS uuid))) WITH CHECK ((org_id = ( SELECT ((auth.jwt() ->> 'org_id'::text))::uuid AS uuid)));
