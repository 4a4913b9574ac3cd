-- NOT NULL of a domain has a name from 17 on.
SELECT
    type.oid,
    type.typarray,
    home.nspname,
    type.typname,
    pg_catalog.format_type(type.typbasetype, type.typtypmod),
    CASE
        WHEN type.typcollation <> origin.typcollation
            THEN type.typcollation::pg_catalog.regcollation::pg_catalog.text
    END,
    pg_catalog.pg_get_expr(type.typdefaultbin, 1247),
    type.typnotnull,
    not_null.conname,
    not_null.convalidated
FROM pg_catalog.pg_type AS type
JOIN pg_catalog.pg_type AS origin ON origin.oid = type.typbasetype
JOIN pg_catalog.pg_namespace AS home ON home.oid = type.typnamespace
LEFT JOIN pg_catalog.pg_constraint AS not_null
    ON not_null.contypid = type.oid AND not_null.contype = 'n'
WHERE type.typtype = 'd'
    AND home.nspname !~ '^pg_'
    AND home.nspname <> 'information_schema'
