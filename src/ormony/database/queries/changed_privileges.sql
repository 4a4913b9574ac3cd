-- Privileges that somebody changed on what initdb or an extension made; beside them those that these gave.
WITH given AS MATERIALIZED (
    SELECT d.classid, d.objid FROM pg_catalog.pg_depend d
    WHERE d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass AND d.deptype = 'e'
), held AS (
    SELECT c.tableoid AS catalog, c.oid, 'relation ' || c.relkind::text AS kind, c.relnamespace AS home, c.relname AS name,
        NULL::text AS part, c.relowner AS owner, c.relacl AS acl
    FROM pg_catalog.pg_class c
    WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S')
    UNION ALL
    SELECT p.tableoid, p.oid, 'routine ' || p.prokind::text, p.pronamespace, p.proname, pg_catalog.oidvectortypes(p.proargtypes),
        p.proowner, p.proacl
    FROM pg_catalog.pg_proc p
    UNION ALL
    SELECT t.tableoid, t.oid, 'type ' || t.typtype::text, t.typnamespace, t.typname, NULL, t.typowner, t.typacl
    FROM pg_catalog.pg_type t
    UNION ALL
    SELECT n.tableoid, n.oid, 'schema', NULL, n.nspname, NULL, n.nspowner, n.nspacl
    FROM pg_catalog.pg_namespace n
    WHERE n.nspname NOT IN ('public', 'information_schema')
    UNION ALL
    SELECT l.tableoid, l.oid, 'language', NULL, l.lanname, NULL, l.lanowner, l.lanacl
    FROM pg_catalog.pg_language l
    UNION ALL
    SELECT w.tableoid, w.oid, 'foreign data wrapper', NULL, w.fdwname, NULL, w.fdwowner, w.fdwacl
    FROM pg_catalog.pg_foreign_data_wrapper w
    UNION ALL
    SELECT s.tableoid, s.oid, 'server', NULL, s.srvname, NULL, s.srvowner, s.srvacl
    FROM pg_catalog.pg_foreign_server s
)
SELECT h.kind, n.nspname, h.name, h.part, pg_catalog.pg_get_userbyid(h.owner), h.acl::text, i.initprivs::text
FROM held h
LEFT JOIN pg_catalog.pg_namespace n ON n.oid = h.home
LEFT JOIN pg_catalog.pg_init_privs i ON i.objoid = h.oid AND i.classoid = h.catalog AND i.objsubid = 0
WHERE h.acl IS DISTINCT FROM i.initprivs AND n.nspname IS DISTINCT FROM 'information_schema'
    AND (h.oid < 16384 OR (h.catalog, h.oid) IN (SELECT classid, objid FROM given))
