-- Aggregates; the modes are those of CREATE AGGREGATE, and 0 stands for none.
SELECT p.oid, n.nspname, p.proname, pg_catalog.oidvectortypes(p.proargtypes),
    pg_catalog.pg_get_function_arguments(p.oid), a.aggkind::text, p.proparallel::text,
    a.aggtransfn::pg_catalog.regproc::text, pg_catalog.format_type(a.aggtranstype, NULL), a.aggtransspace,
    nullif(a.aggfinalfn, 0)::pg_catalog.regproc::text, a.aggfinalextra, a.aggfinalmodify::text,
    nullif(a.aggcombinefn, 0)::pg_catalog.regproc::text,
    nullif(a.aggserialfn, 0)::pg_catalog.regproc::text,
    nullif(a.aggdeserialfn, 0)::pg_catalog.regproc::text,
    pg_catalog.quote_literal(a.agginitval),
    nullif(a.aggmtransfn, 0)::pg_catalog.regproc::text,
    nullif(a.aggminvtransfn, 0)::pg_catalog.regproc::text,
    CASE WHEN a.aggmtranstype <> 0 THEN pg_catalog.format_type(a.aggmtranstype, NULL) END, a.aggmtransspace,
    nullif(a.aggmfinalfn, 0)::pg_catalog.regproc::text, a.aggmfinalextra, a.aggmfinalmodify::text,
    pg_catalog.quote_literal(a.aggminitval),
    'OPERATOR(' || pg_catalog.quote_ident(os.nspname) || '.' || o.oprname || ')'
FROM pg_catalog.pg_aggregate a
JOIN pg_catalog.pg_proc p ON p.oid = a.aggfnoid
JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
LEFT JOIN pg_catalog.pg_operator o ON o.oid = a.aggsortop
LEFT JOIN pg_catalog.pg_namespace os ON os.oid = o.oprnamespace
WHERE p.oid >= 16384 AND n.nspname NOT IN ('pg_catalog', 'information_schema')
