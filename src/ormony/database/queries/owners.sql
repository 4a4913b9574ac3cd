-- Who owns what, and its privileges as text. Sequences are named here, for one of an identity column is no object
-- of its own and has privileges all the same.
SELECT c.tableoid, c.oid, pg_catalog.pg_get_userbyid(c.relowner), c.relacl::text,
    CASE WHEN c.relkind = 'S' THEN n.nspname END, CASE WHEN c.relkind = 'S' THEN c.relname END
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.oid >= 16384 AND c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S') AND c.relpersistence <> 't'
UNION ALL
SELECT t.tableoid, t.oid, pg_catalog.pg_get_userbyid(t.typowner), t.typacl::text, NULL, NULL
FROM pg_catalog.pg_type t
LEFT JOIN pg_catalog.pg_class c ON c.oid = t.typrelid
WHERE t.oid >= 16384 AND t.typtype <> 'm' AND t.typsubscript <> 'pg_catalog.array_subscript_handler'::pg_catalog.regproc AND coalesce(c.relkind, 'c') = 'c'
UNION ALL
SELECT n.tableoid, n.oid, pg_catalog.pg_get_userbyid(n.nspowner), n.nspacl::text, NULL, NULL
FROM pg_catalog.pg_namespace n
WHERE (n.oid >= 16384 AND n.nspname !~ '^pg_') OR n.nspname = 'public'
UNION ALL
SELECT p.tableoid, p.oid, pg_catalog.pg_get_userbyid(p.proowner), p.proacl::text, NULL, NULL
FROM pg_catalog.pg_proc p
WHERE p.oid >= 16384
UNION ALL
SELECT l.tableoid, l.oid, pg_catalog.pg_get_userbyid(l.lanowner), l.lanacl::text, NULL, NULL
FROM pg_catalog.pg_language l
WHERE l.oid >= 16384
UNION ALL
SELECT w.tableoid, w.oid, pg_catalog.pg_get_userbyid(w.fdwowner), w.fdwacl::text, NULL, NULL
FROM pg_catalog.pg_foreign_data_wrapper w
UNION ALL
SELECT s.tableoid, s.oid, pg_catalog.pg_get_userbyid(s.srvowner), s.srvacl::text, NULL, NULL
FROM pg_catalog.pg_foreign_server s
UNION ALL
SELECT o.tableoid, o.oid, pg_catalog.pg_get_userbyid(o.owner), NULL, NULL, NULL
FROM (
    SELECT tableoid, oid, stxowner AS owner FROM pg_catalog.pg_statistic_ext
    UNION ALL SELECT tableoid, oid, collowner FROM pg_catalog.pg_collation
    UNION ALL SELECT tableoid, oid, conowner FROM pg_catalog.pg_conversion
    UNION ALL SELECT tableoid, oid, oprowner FROM pg_catalog.pg_operator
    UNION ALL SELECT tableoid, oid, opcowner FROM pg_catalog.pg_opclass
    UNION ALL SELECT tableoid, oid, opfowner FROM pg_catalog.pg_opfamily
    UNION ALL SELECT tableoid, oid, dictowner FROM pg_catalog.pg_ts_dict
    UNION ALL SELECT tableoid, oid, cfgowner FROM pg_catalog.pg_ts_config
    UNION ALL SELECT tableoid, oid, evtowner FROM pg_catalog.pg_event_trigger
    UNION ALL SELECT tableoid, oid, pubowner FROM pg_catalog.pg_publication
    UNION ALL SELECT 6100, oid, subowner FROM pg_catalog.pg_subscription
) AS o
WHERE o.oid >= 16384
