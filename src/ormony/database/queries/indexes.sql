-- Indexes that no constraint owns. Expressions are those of the key columns, in order.
SELECT
    relation.oid,
    relation.relname,
    place.indrelid,
    pg_catalog.pg_get_indexdef(relation.oid),
    method.amname,
    place.indkey::pg_catalog.int2[],
    place.indnkeyatts,
    expressions.texts,
    place.indisunique,
    place.indisvalid,
    pg_catalog.pg_get_expr(place.indpred, place.indrelid),
    NULLIF(place.indisclustered, false),
    NULLIF(place.indisreplident, false),
    parent.inhparent,
    expressions.numbers,
    expressions.targets,
    pg_catalog.quote_ident(tablespace.spcname)
FROM pg_catalog.pg_index AS place
JOIN pg_catalog.pg_class AS relation ON relation.oid = place.indexrelid
JOIN pg_catalog.pg_am AS method ON method.oid = relation.relam
LEFT JOIN pg_catalog.pg_constraint AS owner
    ON owner.conindid = place.indexrelid AND owner.contype IN ('p', 'u', 'x')
LEFT JOIN pg_catalog.pg_inherits AS parent ON parent.inhrelid = place.indexrelid
LEFT JOIN pg_catalog.pg_tablespace AS tablespace ON tablespace.oid = relation.reltablespace
LEFT JOIN LATERAL (
    SELECT
        pg_catalog.array_agg(
            pg_catalog.pg_get_indexdef(place.indexrelid, field.attnum, false) ORDER BY field.attnum
        ) AS texts,
        pg_catalog.array_agg(field.attnum ORDER BY field.attnum)
            FILTER (WHERE field.attstattarget >= 0) AS numbers,
        pg_catalog.array_agg(field.attstattarget ORDER BY field.attnum)
            FILTER (WHERE field.attstattarget >= 0) AS targets
    FROM pg_catalog.pg_attribute AS field
    -- The first condition stands inside, where it is asked before the columns are looked for.
    WHERE place.indexprs IS NOT NULL
        AND field.attrelid = place.indexrelid
        AND place.indkey[field.attnum - 1] = 0
) AS expressions ON true
WHERE owner.oid IS NULL
    AND relation.relnamespace NOT IN (
        SELECT oid
        FROM pg_catalog.pg_namespace
        WHERE nspname ~ '^pg_' OR nspname = 'information_schema'
    )
