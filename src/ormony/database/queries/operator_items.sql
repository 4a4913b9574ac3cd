-- The operators and functions of operator families. A class holds those that pg_depend ties to it; the others
-- were added to the family, and may be in a family of PostgreSQL's own.
SELECT 'OPERATOR ' || i.amopstrategy, d.refclassid, d.refobjid, i.amopfamily,
    pg_catalog.quote_ident(n.nspname) || '.' || o.oprname || '('
        || coalesce(pg_catalog.format_type(nullif(i.amoplefttype, 0), NULL), 'NONE') || ', '
        || coalesce(pg_catalog.format_type(nullif(i.amoprighttype, 0), NULL), 'NONE') || ')'
        || coalesce(' FOR ORDER BY ' || pg_catalog.quote_ident(sn.nspname) || '.' || pg_catalog.quote_ident(s.opfname), ''),
    0 AS part, i.amopstrategy AS place, i.oid, i.tableoid
FROM pg_catalog.pg_amop i
JOIN pg_catalog.pg_operator o ON o.oid = i.amopopr
JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace
LEFT JOIN pg_catalog.pg_opfamily s ON s.oid = i.amopsortfamily
LEFT JOIN pg_catalog.pg_namespace sn ON sn.oid = s.opfnamespace
LEFT JOIN pg_catalog.pg_depend d ON d.classid = i.tableoid AND d.objid = i.oid
    AND d.refclassid IN ('pg_catalog.pg_opclass'::pg_catalog.regclass, 'pg_catalog.pg_opfamily'::pg_catalog.regclass)
    AND d.deptype IN ('i', 'a')
    AND (d.refclassid = 'pg_catalog.pg_opclass'::pg_catalog.regclass OR d.refobjid = i.amopfamily)
WHERE i.oid >= 16384
UNION ALL
SELECT 'FUNCTION ' || i.amprocnum, d.refclassid, d.refobjid, i.amprocfamily,
    '(' || pg_catalog.format_type(i.amproclefttype, NULL) || ', ' || pg_catalog.format_type(i.amprocrighttype, NULL)
        || ') ' || i.amproc::pg_catalog.regprocedure,
    1, i.amprocnum, i.oid, i.tableoid
FROM pg_catalog.pg_amproc i
LEFT JOIN pg_catalog.pg_depend d ON d.classid = i.tableoid AND d.objid = i.oid
    AND d.refclassid IN ('pg_catalog.pg_opclass'::pg_catalog.regclass, 'pg_catalog.pg_opfamily'::pg_catalog.regclass)
    AND d.deptype IN ('i', 'a')
    AND (d.refclassid = 'pg_catalog.pg_opclass'::pg_catalog.regclass OR d.refobjid = i.amprocfamily)
WHERE i.oid >= 16384
