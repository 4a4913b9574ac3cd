-- Columns of tables, views and composite types. What has its usual value is NULL.
SELECT
    relation.oid,
    relation.relkind,
    field.attnum,
    field.attname,
    pg_catalog.format_type(field.atttypid, field.atttypmod),
    CASE
        -- Only what names other columns needs the table, which is long to open; '' when it was dropped since.
        WHEN expression.oid IS NOT NULL
            THEN COALESCE(
                pg_catalog.pg_get_expr(
                    expression.adbin, CASE WHEN field.attgenerated = '' THEN 0 ELSE relation.oid END
                ),
                ''
            )
    END,
    NULLIF(field.attnotnull, false),
    not_null.conname,
    NULLIF(not_null.connoinherit, false),
    NULLIF(not_null.convalidated, true),
    NULLIF(not_null.conislocal, true),
    NULLIF(field.attgenerated, ''),
    NULLIF(field.attidentity, ''),
    CASE
        WHEN field.attcollation <> type.typcollation
            THEN field.attcollation::pg_catalog.regcollation::pg_catalog.text
    END,
    CASE WHEN field.attstorage <> type.typstorage THEN field.attstorage END,
    NULLIF(field.attcompression, ''),
    NULLIF(field.attstattarget, -1),
    field.attoptions,
    NULLIF(field.attislocal, true),
    NULLIF(field.attinhcount, 0),
    field.attfdwoptions
FROM pg_catalog.pg_class AS relation
JOIN pg_catalog.pg_attribute AS field ON field.attrelid = relation.oid
JOIN pg_catalog.pg_type AS type ON type.oid = field.atttypid
LEFT JOIN pg_catalog.pg_attrdef AS expression
    ON expression.adrelid = field.attrelid AND expression.adnum = field.attnum
LEFT JOIN pg_catalog.pg_constraint AS not_null
    ON not_null.conrelid = field.attrelid
    AND not_null.contype = 'n'
    AND not_null.conkey[1] = field.attnum
WHERE relation.relkind IN ('r', 'p', 'f', 'v', 'm', 'c')
    AND relation.relnamespace NOT IN (
        SELECT oid
        FROM pg_catalog.pg_namespace
        WHERE nspname ~ '^pg_' OR nspname = 'information_schema'
    )
    AND field.attnum > 0
    AND NOT field.attisdropped
