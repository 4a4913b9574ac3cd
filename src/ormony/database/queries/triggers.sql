-- Triggers. Of the clones that partitions got from their parent only those whose state is not the parent's.
SELECT t.oid, t.tgrelid, n.nspname, c.relname, t.tgname, pg_catalog.pg_get_triggerdef(t.oid), t.tgenabled::text,
    fn.nspname, f.proname, pg_catalog.oidvectortypes(f.proargtypes),
    upn.nspname, upc.relname, up.tgname
FROM pg_catalog.pg_trigger t
JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_proc f ON f.oid = t.tgfoid
JOIN pg_catalog.pg_namespace fn ON fn.oid = f.pronamespace
LEFT JOIN pg_catalog.pg_trigger up ON up.oid = t.tgparentid
LEFT JOIN pg_catalog.pg_class upc ON upc.oid = up.tgrelid
LEFT JOIN pg_catalog.pg_namespace upn ON upn.oid = upc.relnamespace
WHERE NOT t.tgisinternal AND (t.tgparentid = 0 OR t.tgenabled <> up.tgenabled)
