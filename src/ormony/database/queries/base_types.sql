-- Types made of functions, and shell types (those are not defined yet). What CREATE TYPE gives by itself is NULL.
SELECT
    type.oid,
    type.typarray,
    home.nspname,
    type.typname,
    type.typisdefined,
    type.typinput::pg_catalog.text,
    type.typoutput::pg_catalog.text,
    CASE WHEN type.typreceive <> 0 THEN type.typreceive::pg_catalog.text END,
    CASE WHEN type.typsend <> 0 THEN type.typsend::pg_catalog.text END,
    CASE WHEN type.typmodin <> 0 THEN type.typmodin::pg_catalog.text END,
    CASE WHEN type.typmodout <> 0 THEN type.typmodout::pg_catalog.text END,
    CASE WHEN type.typanalyze <> 0 THEN type.typanalyze::pg_catalog.text END,
    CASE WHEN type.typsubscript <> 0 THEN type.typsubscript::pg_catalog.text END,
    type.typlen,
    type.typbyval,
    type.typalign,
    type.typstorage,
    pg_catalog.quote_literal(NULLIF(type.typcategory, 'U')::pg_catalog.text),
    type.typispreferred,
    COALESCE(
        pg_catalog.pg_get_expr(type.typdefaultbin, 1247), pg_catalog.quote_literal(type.typdefault)
    ),
    CASE WHEN type.typelem <> 0 THEN pg_catalog.format_type(type.typelem, NULL) END,
    pg_catalog.quote_literal(NULLIF(type.typdelim, ',')::pg_catalog.text),
    type.typcollation <> 0
FROM pg_catalog.pg_type AS type
JOIN pg_catalog.pg_namespace AS home ON home.oid = type.typnamespace
LEFT JOIN pg_catalog.pg_type AS element ON element.typarray = type.oid
WHERE type.typtype IN ('b', 'p')
    AND element.oid IS NULL
    AND home.nspname !~ '^pg_'
    AND home.nspname <> 'information_schema'
