-- Conversions between encodings that somebody made.
SELECT c.oid, n.nspname, c.conname, c.condefault,
    pg_catalog.quote_literal(pg_catalog.pg_encoding_to_char(c.conforencoding)),
    pg_catalog.quote_literal(pg_catalog.pg_encoding_to_char(c.contoencoding)),
    c.conproc::pg_catalog.regproc::text
FROM pg_catalog.pg_conversion c
JOIN pg_catalog.pg_namespace n ON n.oid = c.connamespace
WHERE c.oid >= 16384 AND n.nspname NOT IN ('pg_catalog', 'information_schema')
