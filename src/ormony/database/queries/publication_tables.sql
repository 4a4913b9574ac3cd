-- Tables of publications, with their columns and row filters.
SELECT r.prpubid, r.oid, n.nspname, c.relname,
    CASE WHEN r.prattrs IS NULL THEN NULL ELSE (
        SELECT pg_catalog.array_agg(a.attname::text) FROM pg_catalog.pg_attribute a
        WHERE a.attrelid = r.prrelid AND a.attnum = ANY (r.prattrs::int2[])) END,
    pg_catalog.pg_get_expr(r.prqual, r.prrelid)
FROM pg_catalog.pg_publication_rel r
JOIN pg_catalog.pg_class c ON c.oid = r.prrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
