-- Rewrite rules; a view's own is its definition.
SELECT r.oid, r.ev_class, n.nspname, c.relname, r.rulename, pg_catalog.pg_get_ruledef(r.oid), r.ev_enabled::text
FROM pg_catalog.pg_rewrite r
JOIN pg_catalog.pg_class c ON c.oid = r.ev_class
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE r.oid >= 16384 AND r.rulename <> '_RETURN'
