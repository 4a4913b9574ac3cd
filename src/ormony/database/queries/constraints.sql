-- Not those that a table has only from a parent, but those with an index, for it has a name of its own there.
SELECT
    rule.oid,
    rule.conrelid,
    rule.contype,
    rule.conname,
    pg_catalog.pg_get_constraintdef(rule.oid),
    rule.conkey,
    NULLIF(rule.confrelid, 0),
    rule.confkey,
    rule.convalidated,
    NULLIF(rule.coninhcount, 0),
    NULLIF(rule.conparentid, 0),
    place.indexrelid,
    relation.reloptions,
    pg_catalog.quote_ident(tablespace.spcname),
    NULLIF(place.indisclustered, false),
    NULLIF(place.indisreplident, false)
FROM pg_catalog.pg_constraint AS rule
LEFT JOIN pg_catalog.pg_index AS place
    ON place.indexrelid = rule.conindid AND rule.contype IN ('p', 'u', 'x')
LEFT JOIN pg_catalog.pg_class AS relation ON relation.oid = place.indexrelid
LEFT JOIN pg_catalog.pg_tablespace AS tablespace ON tablespace.oid = relation.reltablespace
WHERE rule.conrelid <> 0
    AND rule.contype IN ('p', 'u', 'f', 'c', 'x')
    AND (rule.contype IN ('p', 'u', 'x') OR (rule.conparentid = 0 AND rule.conislocal))
    AND rule.connamespace NOT IN (
        SELECT oid
        FROM pg_catalog.pg_namespace
        WHERE nspname ~ '^pg_' OR nspname = 'information_schema'
    )
