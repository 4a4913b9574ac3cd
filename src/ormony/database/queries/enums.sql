SELECT
    type.oid,
    type.typarray,
    home.nspname,
    type.typname,
    pg_catalog.array_agg(label.enumlabel::pg_catalog.text ORDER BY label.enumsortorder)
        FILTER (WHERE label.oid IS NOT NULL)
FROM pg_catalog.pg_type AS type
JOIN pg_catalog.pg_namespace AS home ON home.oid = type.typnamespace
LEFT JOIN pg_catalog.pg_enum AS label ON label.enumtypid = type.oid
WHERE type.typtype = 'e'
    AND home.nspname !~ '^pg_'
    AND home.nspname <> 'information_schema'
GROUP BY type.oid, home.nspname
