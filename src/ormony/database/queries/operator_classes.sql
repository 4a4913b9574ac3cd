-- Operator classes.
SELECT o.oid, n.nspname, o.opcname, a.amname, pg_catalog.quote_ident(a.amname), o.opcdefault, pg_catalog.format_type(o.opcintype, NULL),
    CASE WHEN o.opckeytype <> 0 THEN pg_catalog.format_type(o.opckeytype, NULL) END,
    pg_catalog.quote_ident(fn.nspname) || '.' || pg_catalog.quote_ident(f.opfname)
FROM pg_catalog.pg_opclass o
JOIN pg_catalog.pg_namespace n ON n.oid = o.opcnamespace
JOIN pg_catalog.pg_am a ON a.oid = o.opcmethod
JOIN pg_catalog.pg_opfamily f ON f.oid = o.opcfamily
JOIN pg_catalog.pg_namespace fn ON fn.oid = f.opfnamespace
WHERE o.oid >= 16384 AND n.nspname NOT IN ('pg_catalog', 'information_schema')
