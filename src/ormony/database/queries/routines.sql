-- Functions, window functions and procedures, whole. The types of the arguments are in the order of proargmodes.
SELECT p.oid, n.nspname, p.proname, p.prokind::text, pg_catalog.oidvectortypes(p.proargtypes),
    pg_catalog.pg_get_functiondef(p.oid), l.lanname,
    CASE WHEN p.proallargtypes IS NULL THEN NULL ELSE (
        SELECT pg_catalog.array_agg(pg_catalog.format_type(t.oid, NULL) ORDER BY t.place)
        FROM pg_catalog.unnest(p.proallargtypes) WITH ORDINALITY AS t (oid, place)) END,
    CASE WHEN p.proallargtypes IS NULL AND p.pronargs > 0 THEN (
        SELECT pg_catalog.array_agg(pg_catalog.format_type(t.oid, NULL) ORDER BY t.place)
        FROM pg_catalog.unnest(p.proargtypes) WITH ORDINALITY AS t (oid, place)) END,
    p.proargmodes::text[], p.proargnames, p.pronargdefaults,
    pg_catalog.pg_get_function_arguments(p.oid), pg_catalog.pg_get_function_result(p.oid), p.proretset,
    CASE WHEN p.prosqlbody IS NULL THEN p.prosrc ELSE '' END,
    p.provolatile::text, p.proisstrict, p.prosecdef, p.proconfig
FROM pg_catalog.pg_proc p
JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
JOIN pg_catalog.pg_language l ON l.oid = p.prolang
WHERE p.oid >= 16384 AND p.prokind <> 'a' AND n.nspname NOT IN ('pg_catalog', 'information_schema')
    AND p.oid NOT IN (
        SELECT d.objid FROM pg_catalog.pg_depend d
        WHERE d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
            AND d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.deptype = 'e')
