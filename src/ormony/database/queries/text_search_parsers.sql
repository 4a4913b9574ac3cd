-- Text search parsers.
SELECT p.oid, n.nspname, p.prsname, p.prsstart::pg_catalog.regproc::text, p.prstoken::pg_catalog.regproc::text,
    p.prsend::pg_catalog.regproc::text, p.prslextype::pg_catalog.regproc::text,
    nullif(p.prsheadline, 0)::pg_catalog.regproc::text
FROM pg_catalog.pg_ts_parser p
JOIN pg_catalog.pg_namespace n ON n.oid = p.prsnamespace
WHERE p.oid >= 16384 AND n.nspname NOT IN ('pg_catalog', 'information_schema')
