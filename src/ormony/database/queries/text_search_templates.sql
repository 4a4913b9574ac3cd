-- Text search templates.
SELECT t.oid, n.nspname, t.tmplname, nullif(t.tmplinit, 0)::pg_catalog.regproc::text,
    t.tmpllexize::pg_catalog.regproc::text
FROM pg_catalog.pg_ts_template t
JOIN pg_catalog.pg_namespace n ON n.oid = t.tmplnamespace
WHERE t.oid >= 16384 AND n.nspname NOT IN ('pg_catalog', 'information_schema')
