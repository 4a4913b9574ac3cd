-- policies
ALTER POLICY orders_tenant_delete ON public.orders USING ((org_id = ( SELECT (((auth.jwt() -> 'app_metadata'::text) ->> 'org_id'::text))::uuid AS uuid)));
ALTER POLICY orders_tenant_insert ON public.orders WITH CHECK ((org_id = ( SELECT (((auth.jwt() -> 'app_metadata'::text) ->> 'org_id'::text))::uuid AS uuid)));
ALTER POLICY orders_tenant_select ON public.orders USING ((org_id = ( SELECT (((auth.jwt() -> 'app_metadata'::text) ->> 'org_id'::text))::uuid AS uuid)));
ALTER POLICY orders_tenant_update ON public.orders USING ((org_id = ( SELECT (((auth.jwt() -> 'app_metadata'::text) ->> 'org_id'::text))::uuid AS uuid))) WITH CHECK ((org_id = ( SELECT (((auth.jwt() -> 'app_metadata'::text) ->> 'org_id'::text))::uuid AS uuid)));
