-- Operators; one without a function was only named by another as its commutator or negator, and is none yet.
SELECT o.oid, n.nspname, o.oprname,
    CASE WHEN o.oprleft <> 0 THEN pg_catalog.format_type(o.oprleft, NULL) END,
    CASE WHEN o.oprright <> 0 THEN pg_catalog.format_type(o.oprright, NULL) END,
    o.oprcode::pg_catalog.regproc::text,
    'OPERATOR(' || pg_catalog.quote_ident(cn.nspname) || '.' || c.oprname || ')',
    'OPERATOR(' || pg_catalog.quote_ident(nn.nspname) || '.' || g.oprname || ')',
    nullif(o.oprrest, 0)::pg_catalog.regproc::text, nullif(o.oprjoin, 0)::pg_catalog.regproc::text,
    o.oprcanhash, o.oprcanmerge
FROM pg_catalog.pg_operator o
JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace
LEFT JOIN pg_catalog.pg_operator c ON c.oid = o.oprcom
LEFT JOIN pg_catalog.pg_namespace cn ON cn.oid = c.oprnamespace
LEFT JOIN pg_catalog.pg_operator g ON g.oid = o.oprnegate
LEFT JOIN pg_catalog.pg_namespace nn ON nn.oid = g.oprnamespace
WHERE o.oid >= 16384 AND o.oprcode <> 0 AND n.nspname NOT IN ('pg_catalog', 'information_schema')
