-- functions
CREATE OR REPLACE FUNCTION public.audit_changes()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
DECLARE
    before jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
    after jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
    redacted text[] := coalesce(TG_ARGV::text[], '{}');
BEGIN
    INSERT INTO public.audit_log (org_id, table_name, record_id, action,
        old_data, new_data, changed_by)
    VALUES ((coalesce(after, before) ->> 'org_id')::uuid, TG_TABLE_NAME, coalesce(after, before) ->> 'id', TG_OP,
        before - redacted, after - redacted, auth.uid());
    RETURN NULL;
END;
$function$;
CREATE OR REPLACE FUNCTION public.handle_updated_at()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END;
$function$;
CREATE INDEX audit_log_org_id_idx ON public.audit_log USING btree (org_id);
CREATE INDEX orders_org_id_idx ON public.orders USING btree (org_id);
REVOKE EXECUTE ON FUNCTION public.audit_changes() FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION public.audit_changes() FROM anon;
REVOKE EXECUTE ON FUNCTION public.audit_changes() FROM authenticated;
REVOKE EXECUTE ON FUNCTION public.handle_updated_at() FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION public.handle_updated_at() FROM anon;
REVOKE EXECUTE ON FUNCTION public.handle_updated_at() FROM authenticated;
-- triggers
CREATE TRIGGER orders_audit AFTER INSERT OR DELETE OR UPDATE ON public.orders FOR EACH ROW EXECUTE FUNCTION public.audit_changes();
CREATE TRIGGER orders_updated_at BEFORE UPDATE ON public.orders FOR EACH ROW EXECUTE FUNCTION public.handle_updated_at();
-- policies
ALTER TABLE public.audit_log ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY audit_log_tenant_delete ON public.audit_log FOR DELETE TO authenticated USING ((org_id = ( SELECT ((auth.jwt() ->> 'org_id'::text))::uuid AS uuid)));
CREATE POLICY audit_log_tenant_insert ON public.audit_log FOR INSERT TO authenticated WITH CHECK ((org_id = ( SELECT ((auth.jwt() ->> 'org_id'::text))::uuid AS uuid)));
CREATE POLICY audit_log_tenant_select ON public.audit_log FOR SELECT TO authenticated USING ((org_id = ( SELECT ((auth.jwt() ->> 'org_id'::text))::uuid AS uuid)));
CREATE POLICY audit_log_tenant_update ON public.audit_log FOR UPDATE TO authenticated USING ((org_id = ( SELECT ((auth.jwt() ->> 'org_id'::text))::uuid AS uuid))) WITH CHECK ((org_id = ( SELECT ((auth.jwt() ->> 'org_id'::text))::uuid AS uuid)));
CREATE POLICY orders_tenant_delete ON public.orders FOR DELETE TO authenticated USING ((org_id = ( SELECT ((auth.jwt() ->> 'org_id'::text))::uuid AS uuid)));
CREATE POLICY orders_tenant_insert ON public.orders FOR INSERT TO authenticated WITH CHECK ((org_id = ( SELECT ((auth.jwt() ->> 'org_id'::text))::uuid AS uuid)));
CREATE POLICY orders_tenant_select ON public.orders FOR SELECT TO authenticated USING ((org_id = ( SELECT ((auth.jwt() ->> 'org_id'::text))::uuid AS uuid)));
CREATE POLICY orders_tenant_update ON public.orders FOR UPDATE TO authenticated USING ((org_id = ( SELECT ((auth.jwt() ->> 'org_id'::text))::uuid AS uuid))) WITH CHECK ((org_id = ( SELECT ((auth.jwt() ->> 'org_id'::text))::uuid AS uuid)));
REVOKE ALL ON TABLE public.audit_log FROM anon;
REVOKE ALL ON TABLE public.orders FROM anon;
