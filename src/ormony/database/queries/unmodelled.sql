-- What somebody made and no kind of object covers: objects in PostgreSQL's own schemas, triggers behind
-- constraints that were switched off, DEPENDS ON EXTENSION.
WITH made AS (
    SELECT tableoid AS catalog, oid, typnamespace AS home FROM pg_catalog.pg_type
    UNION ALL SELECT tableoid, oid, relnamespace FROM pg_catalog.pg_class
    UNION ALL SELECT tableoid, oid, pronamespace FROM pg_catalog.pg_proc
    UNION ALL SELECT tableoid, oid, collnamespace FROM pg_catalog.pg_collation
    UNION ALL SELECT tableoid, oid, connamespace FROM pg_catalog.pg_conversion
    UNION ALL SELECT tableoid, oid, oprnamespace FROM pg_catalog.pg_operator
    UNION ALL SELECT tableoid, oid, opcnamespace FROM pg_catalog.pg_opclass
    UNION ALL SELECT tableoid, oid, opfnamespace FROM pg_catalog.pg_opfamily
    UNION ALL SELECT tableoid, oid, dictnamespace FROM pg_catalog.pg_ts_dict
    UNION ALL SELECT tableoid, oid, cfgnamespace FROM pg_catalog.pg_ts_config
    UNION ALL SELECT tableoid, oid, prsnamespace FROM pg_catalog.pg_ts_parser
    UNION ALL SELECT tableoid, oid, tmplnamespace FROM pg_catalog.pg_ts_template
)
SELECT what.type || ' ' || what.identity, coalesce(
    CASE WHEN p.prokind <> 'a' THEN pg_catalog.pg_get_functiondef(p.oid) END, what.identity)
FROM made m
JOIN pg_catalog.pg_namespace n ON n.oid = m.home AND n.nspname IN ('pg_catalog', 'information_schema')
LEFT JOIN pg_catalog.pg_proc p ON m.catalog = 'pg_catalog.pg_proc'::pg_catalog.regclass AND p.oid = m.oid
CROSS JOIN LATERAL pg_catalog.pg_identify_object(m.catalog, m.oid, 0) AS what
WHERE m.oid >= 16384 AND NOT EXISTS (
    SELECT FROM pg_catalog.pg_depend d
    WHERE d.classid = m.catalog AND d.objid = m.oid AND d.deptype IN ('e', 'i'))
UNION ALL
SELECT 'trigger of constraint ' || pg_catalog.quote_ident(k.conname) || ' on ' || t.tgrelid::pg_catalog.regclass
        || ' that calls ' || t.tgfoid::pg_catalog.regproc,
    t.tgenabled::text
FROM pg_catalog.pg_trigger t
JOIN pg_catalog.pg_constraint k ON k.oid = t.tgconstraint
WHERE t.tgisinternal AND t.tgenabled <> 'O'
UNION ALL
SELECT pg_catalog.pg_describe_object(d.classid, d.objid, d.objsubid) || ' depends on extension ' || e.extname, 'x'
FROM pg_catalog.pg_depend d
JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid
WHERE d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass AND d.deptype = 'x'
