-- Tables and all else that has columns; views, materialized views and composite types are only named here.
SELECT
    relation.oid,
    relation.relkind,
    home.nspname,
    relation.relname,
    relation.reltype,
    row_type.typarray,
    relation.relpersistence = 'u',
    CASE WHEN relation.relkind = 'p' THEN pg_catalog.pg_get_partkeydef(relation.oid) END,
    CASE
        WHEN relation.relispartition THEN pg_catalog.pg_get_expr(relation.relpartbound, relation.oid)
    END,
    parents.oids,
    CASE WHEN relation.reloftype <> 0 THEN pg_catalog.format_type(relation.reloftype, NULL) END,
    CASE WHEN method.amname <> 'heap' THEN pg_catalog.quote_ident(method.amname) END,
    pg_catalog.quote_ident(place.spcname),
    relation.reloptions,
    toast.reloptions,
    NULLIF(relation.relreplident, CASE relation.relkind WHEN 'f' THEN 'n' ELSE 'd' END),
    relation.relrowsecurity,
    relation.relforcerowsecurity,
    pg_catalog.quote_ident(server.srvname),
    remote.ftoptions,
    checks.names
FROM pg_catalog.pg_class AS relation
JOIN pg_catalog.pg_namespace AS home ON home.oid = relation.relnamespace
LEFT JOIN pg_catalog.pg_type AS row_type ON row_type.oid = relation.reltype
LEFT JOIN (
    SELECT inhrelid, pg_catalog.array_agg(inhparent ORDER BY inhseqno) AS oids
    FROM pg_catalog.pg_inherits
    GROUP BY inhrelid
) AS parents ON parents.inhrelid = relation.oid
LEFT JOIN pg_catalog.pg_am AS method ON method.oid = relation.relam
LEFT JOIN pg_catalog.pg_tablespace AS place ON place.oid = relation.reltablespace
LEFT JOIN pg_catalog.pg_class AS toast ON toast.oid = relation.reltoastrelid AND toast.reloptions IS NOT NULL
LEFT JOIN pg_catalog.pg_foreign_table AS remote ON remote.ftrelid = relation.oid
LEFT JOIN pg_catalog.pg_foreign_server AS server ON server.oid = remote.ftserver
LEFT JOIN (
    SELECT own.conrelid, pg_catalog.array_agg(own.conname::text ORDER BY own.conname) AS names
    FROM pg_catalog.pg_constraint AS upper
    CROSS JOIN LATERAL pg_catalog.pg_partition_tree(upper.conrelid) AS lower
    JOIN pg_catalog.pg_constraint AS own ON own.conrelid = lower.relid AND own.conname = upper.conname
    WHERE upper.contype = 'c'
        AND upper.conislocal
        AND NOT upper.convalidated
        AND own.contype = 'c'
        AND NOT own.conislocal
        AND own.convalidated
    GROUP BY own.conrelid
) AS checks ON checks.conrelid = relation.oid
WHERE relation.relkind IN ('r', 'p', 'f', 'v', 'm', 'c')
    AND home.nspname !~ '^pg_'
    AND home.nspname <> 'information_schema'
