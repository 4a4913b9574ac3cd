-- Functions that triggers and applications of every service call. Edit in place, then: ormony sync.

-- Keeps updated_at: [behavior.updated_at] in ormony.toml puts it on every table with the column.
CREATE FUNCTION public.handle_updated_at() RETURNS trigger
LANGUAGE plpgsql
SET search_path = ''
AS $$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END;
$$;

-- Writes one row of audit_log per changed row of a table that has the columns id and org_id: [behavior.audit] puts it
-- there. Its arguments are columns that are not logged. It runs as its owner, since nobody else may write to audit_log.
CREATE FUNCTION public.audit_changes() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = ''
AS $$
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
$$;

-- Counts what the caller may see: row level security applies, as the function runs as its caller.
CREATE FUNCTION public.get_dashboard_stats(org uuid)
RETURNS TABLE (
    product_count bigint,
    order_count bigint,
    open_order_count bigint,
    revenue numeric,
    last_order_at timestamptz
)
LANGUAGE sql
STABLE
SET search_path = ''
AS $$
    SELECT
        (SELECT count(*) FROM public.products p WHERE p.org_id = org AND p.is_active),
        count(*),
        count(*) FILTER (WHERE o.status = 'open'),
        coalesce(sum(o.total) FILTER (WHERE o.status = 'paid'), 0),
        max(o.placed_at)
    FROM public.orders o
    WHERE o.org_id = org;
$$;

REVOKE ALL ON FUNCTION public.handle_updated_at() FROM PUBLIC, anon, authenticated;
REVOKE ALL ON FUNCTION public.audit_changes() FROM PUBLIC, anon, authenticated;
REVOKE ALL ON FUNCTION public.get_dashboard_stats(uuid) FROM PUBLIC, anon;
GRANT EXECUTE ON FUNCTION public.get_dashboard_stats(uuid) TO authenticated, service_role;
