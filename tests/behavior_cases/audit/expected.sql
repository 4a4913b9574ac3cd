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
REVOKE EXECUTE ON FUNCTION public.audit_changes() FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION public.audit_changes() FROM anon;
REVOKE EXECUTE ON FUNCTION public.audit_changes() FROM authenticated;
-- triggers
CREATE TRIGGER orders_audit AFTER INSERT OR DELETE OR UPDATE ON public.orders FOR EACH ROW EXECUTE FUNCTION public.audit_changes();
