-- Installed extensions; their configuration tables as text. What they own is left to them.
SELECT e.oid, e.extname, n.nspname, e.extversion, e.extrelocatable, conf.tables
FROM pg_catalog.pg_extension e
JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
LEFT JOIN LATERAL (
    SELECT pg_catalog.array_agg(pg_catalog.concat_ws(' ', t.oid::pg_catalog.regclass::text, nullif(t.condition, ''))) AS tables
    FROM ROWS FROM (pg_catalog.unnest(e.extconfig), pg_catalog.unnest(e.extcondition)) AS t (oid, condition)
    WHERE t.oid IS NOT NULL
) conf ON e.extconfig IS NOT NULL
