-- What CREATE TYPE … AS RANGE would choose by itself is NULL, but the name of the multirange is always told.
SELECT
    type.oid,
    type.typarray,
    multirange.oid,
    multirange.typarray,
    home.nspname,
    type.typname,
    pg_catalog.format_type(range.rngsubtype, NULL),
    CASE
        WHEN NOT class.opcdefault OR class.opcintype <> range.rngsubtype
            THEN pg_catalog.quote_ident(class_home.nspname) || '.' || pg_catalog.quote_ident(class.opcname)
    END,
    CASE
        WHEN range.rngcollation <> subtype.typcollation
            THEN range.rngcollation::pg_catalog.regcollation::pg_catalog.text
    END,
    CASE WHEN range.rngcanonical <> 0 THEN range.rngcanonical::pg_catalog.text END,
    CASE WHEN range.rngsubdiff <> 0 THEN range.rngsubdiff::pg_catalog.text END,
    pg_catalog.quote_ident(multirange_home.nspname) || '.' || pg_catalog.quote_ident(multirange.typname)
FROM pg_catalog.pg_range AS range
JOIN pg_catalog.pg_type AS type ON type.oid = range.rngtypid
JOIN pg_catalog.pg_namespace AS home ON home.oid = type.typnamespace
JOIN pg_catalog.pg_type AS subtype ON subtype.oid = range.rngsubtype
JOIN pg_catalog.pg_opclass AS class ON class.oid = range.rngsubopc
JOIN pg_catalog.pg_namespace AS class_home ON class_home.oid = class.opcnamespace
JOIN pg_catalog.pg_type AS multirange ON multirange.oid = range.rngmultitypid
JOIN pg_catalog.pg_namespace AS multirange_home ON multirange_home.oid = multirange.typnamespace
WHERE home.nspname !~ '^pg_' AND home.nspname <> 'information_schema'
