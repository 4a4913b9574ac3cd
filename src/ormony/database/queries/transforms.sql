-- Transforms between a type and a language.
SELECT t.oid, pg_catalog.format_type(t.trftype, NULL), l.lanname,
    nullif(t.trffromsql, 0)::pg_catalog.regprocedure::text, nullif(t.trftosql, 0)::pg_catalog.regprocedure::text
FROM pg_catalog.pg_transform t
JOIN pg_catalog.pg_language l ON l.oid = t.trflang
WHERE t.oid >= 16384
