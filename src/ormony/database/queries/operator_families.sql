-- Operator families.
SELECT f.oid, n.nspname, f.opfname, a.amname, pg_catalog.quote_ident(a.amname)
FROM pg_catalog.pg_opfamily f
JOIN pg_catalog.pg_namespace n ON n.oid = f.opfnamespace
JOIN pg_catalog.pg_am a ON a.oid = f.opfmethod
WHERE f.oid >= 16384 AND n.nspname NOT IN ('pg_catalog', 'information_schema')
