-- Privileges on columns; those that initdb or an extension's script gave stand beside them.
SELECT c.relkind::text, n.nspname, c.relname, a.attname, a.attacl::text, i.initprivs::text
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_init_privs i
    ON i.objoid = a.attrelid AND i.classoid = c.tableoid AND i.objsubid = a.attnum
WHERE a.attacl IS NOT NULL AND NOT a.attisdropped AND a.attacl IS DISTINCT FROM i.initprivs
    AND c.relpersistence <> 't' AND n.nspname <> 'information_schema'
UNION ALL
SELECT c.relkind::text, n.nspname, c.relname, a.attname, NULL, i.initprivs::text
FROM pg_catalog.pg_init_privs i
JOIN pg_catalog.pg_attribute a ON a.attrelid = i.objoid AND a.attnum = i.objsubid
JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE i.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass AND i.objsubid > 0 AND a.attacl IS NULL
    AND n.nspname <> 'information_schema'
