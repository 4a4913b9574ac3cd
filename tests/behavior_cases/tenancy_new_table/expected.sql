-- policies
ALTER TABLE public.items ENABLE ROW LEVEL SECURITY;
CREATE POLICY items_tenant_delete ON public.items FOR DELETE TO authenticated USING ((org_id = ( SELECT (auth.jwt() ->> 'org_id'::text) AS text)));
CREATE POLICY items_tenant_insert ON public.items FOR INSERT TO authenticated WITH CHECK ((org_id = ( SELECT (auth.jwt() ->> 'org_id'::text) AS text)));
CREATE POLICY items_tenant_select ON public.items FOR SELECT TO authenticated USING ((org_id = ( SELECT (auth.jwt() ->> 'org_id'::text) AS text)));
CREATE POLICY items_tenant_update ON public.items FOR UPDATE TO authenticated USING ((org_id = ( SELECT (auth.jwt() ->> 'org_id'::text) AS text))) WITH CHECK ((org_id = ( SELECT (auth.jwt() ->> 'org_id'::text) AS text)));
