"""What `init --behavior` puts into an empty behavior folder: definitions that most projects need."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from ormony.files import File
from ormony.sql import Name

_HEAD: Final = "-- Edit in place, then: ormony sync. To remove a definition drops the object.\n"

_UPDATED_AT: Final = """
-- Keeps updated_at. [behavior.updated_at] in ormony.toml puts it on every table with the column.
CREATE FUNCTION public.handle_updated_at() RETURNS trigger
LANGUAGE plpgsql
SET search_path = ''
AS $$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END;
$$;

REVOKE ALL ON FUNCTION public.handle_updated_at() FROM PUBLIC, anon, authenticated;
"""
_AUDIT: Final = """
-- Writes a row of public.audit_log for each changed row; its arguments are columns that are not logged.
-- It runs as its owner, since nobody else may write there. [behavior.audit] puts it on tables.
CREATE FUNCTION public.audit_changes() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = ''
AS $$
DECLARE
    before jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
    after jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
    redacted text[] := coalesce(TG_ARGV::text[], '{}');
BEGIN
    INSERT INTO public.audit_log (table_name, record_id, action, old_data, new_data, changed_by)
    VALUES (TG_TABLE_NAME, coalesce(after, before) ->> 'id', TG_OP, before - redacted, after - redacted,
        auth.uid());
    RETURN NULL;
END;
$$;

REVOKE ALL ON FUNCTION public.audit_changes() FROM PUBLIC, anon, authenticated;
"""
_STATS: Final = """
-- Counts the rows of an organization in each table with org_id, as far as the caller may see them.
CREATE FUNCTION public.get_dashboard_stats(org uuid)
RETURNS TABLE (table_name text, row_count bigint)
LANGUAGE plpgsql
STABLE
SET search_path = ''
AS $$
BEGIN
    FOR table_name IN
        SELECT c.relname FROM pg_catalog.pg_class AS c
        JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attname = 'org_id'
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
            AND pg_catalog.has_table_privilege(c.oid, 'SELECT')
        ORDER BY c.relname
    LOOP
        EXECUTE format('SELECT count(*) FROM public.%I WHERE org_id = $1', table_name)
            INTO row_count USING org;
        RETURN NEXT;
    END LOOP;
END;
$$;

REVOKE ALL ON FUNCTION public.get_dashboard_stats(uuid) FROM PUBLIC, anon;
GRANT EXECUTE ON FUNCTION public.get_dashboard_stats(uuid) TO authenticated, service_role;
"""
_EXTENSIONS: Final = """
CREATE EXTENSION IF NOT EXISTS "uuid-ossp" WITH SCHEMA extensions;
CREATE EXTENSION IF NOT EXISTS pgcrypto WITH SCHEMA extensions;
"""
_TRIGGERS: Final = """
-- For every table with updated_at, write in ormony.toml instead:
--     [behavior.updated_at]
-- One by hand:
--     CREATE TRIGGER orders_updated_at BEFORE UPDATE ON public.orders
--     FOR EACH ROW EXECUTE FUNCTION public.handle_updated_at();
"""
_POLICIES: Final = """
-- For every table with org_id, write in ormony.toml instead:
--     [behavior.tenancy]
--     column = "org_id"
--     claim = "app_metadata.org_id"
-- One by hand; the sub-select is computed once for a statement, not for every row:
--     ALTER TABLE public.orders ENABLE ROW LEVEL SECURITY;
--     CREATE POLICY orders_read ON public.orders FOR SELECT TO authenticated
--     USING (org_id = (SELECT (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid));
"""
_INDEXES: Final = """
-- A policy compares its column in every query: [behavior.tenancy] and [behavior.owner] add these indexes.
-- One by hand:
--     CREATE INDEX orders_org_id_idx ON public.orders (org_id);
"""
_FUNCTIONS: Final = {
    "handle_updated_at": _UPDATED_AT,
    "audit_changes": _AUDIT,
    "get_dashboard_stats": _STATS,
}


def templates(folder: str, defined: Collection[Name]) -> tuple[File, ...]:
    """The files for this folder, without the functions that are `defined` elsewhere."""
    functions = "".join(
        text for name, text in _FUNCTIONS.items() if Name("function", "public", name) not in defined
    )
    made = {
        "extensions": _EXTENSIONS,
        "functions": functions,
        "triggers": _TRIGGERS,
        "policies": _POLICIES,
        "indexes": _INDEXES,
    }
    return tuple(File(f"{folder}/{name}.sql", _HEAD + text) for name, text in made.items())
