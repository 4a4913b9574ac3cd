-- ormony: service=ormony source=behavior/functions/01400 native=fa63c269b133698b92f309c3a79cd7b7f3d1be9aec2c78e6845254d19d366129 body=fa63c269b133698b92f309c3a79cd7b7f3d1be9aec2c78e6845254d19d366129
SET LOCAL check_function_bodies = false;
CREATE OR REPLACE FUNCTION public.audit_changes()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
DECLARE
    before jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
    after jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
    org uuid := (coalesce(after, before) ->> 'org_id')::uuid;
    redacted text[] := coalesce(TG_ARGV::text[], '{}');
BEGIN
    -- The organization itself is being deleted: its log goes with it, so there is nothing to write for.
    IF TG_OP = 'DELETE' AND NOT EXISTS (SELECT FROM public.organizations WHERE id = org) THEN
        RETURN NULL;
    END IF;
    INSERT INTO public.audit_log (org_id, table_name, record_id, action, old_data, new_data, changed_by)
    VALUES (org, TG_TABLE_NAME, coalesce(after, before) ->> 'id', TG_OP, before - redacted, after - redacted,
        auth.uid());
    RETURN NULL;
END;
$function$;
CREATE OR REPLACE FUNCTION public.get_dashboard_stats(org uuid)
 RETURNS TABLE(product_count bigint, order_count bigint, open_order_count bigint, revenue numeric, last_order_at timestamp with time zone)
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
    SELECT
        (SELECT count(*) FROM public.products p WHERE p.org_id = org AND p.is_active),
        count(*),
        count(*) FILTER (WHERE o.status = 'open'),
        coalesce(sum(o.total) FILTER (WHERE o.status = 'paid'), 0),
        max(o.placed_at)
    FROM public.orders o
    WHERE o.org_id = org;
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
CREATE VIEW public.order_overview WITH (security_invoker='true') AS
 SELECT o.id,
    o.org_id,
    p.sku,
    p.name AS product,
    o.quantity,
    o.total,
    o.status,
    o.placed_at
   FROM (public.orders o
     JOIN public.products p ON ((p.id = o.product_id)));
REVOKE EXECUTE ON FUNCTION public.audit_changes() FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION public.audit_changes() FROM anon;
REVOKE EXECUTE ON FUNCTION public.audit_changes() FROM authenticated;
REVOKE EXECUTE ON FUNCTION public.get_dashboard_stats(uuid) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION public.get_dashboard_stats(uuid) FROM anon;
REVOKE EXECUTE ON FUNCTION public.handle_updated_at() FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION public.handle_updated_at() FROM anon;
REVOKE EXECUTE ON FUNCTION public.handle_updated_at() FROM authenticated;
REVOKE ALL ON TABLE public.order_overview FROM anon;
REVOKE ALL ON TABLE public.order_overview FROM authenticated;
GRANT SELECT ON TABLE public.order_overview TO authenticated;
