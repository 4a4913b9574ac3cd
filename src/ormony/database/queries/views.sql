-- Views and materialized views; the rule _RETURN is what they depend by.
SELECT
    relation.oid,
    rewrite.oid,
    pg_catalog.pg_get_viewdef(relation.oid),
    relation.reloptions,
    toast.reloptions,
    CASE WHEN method.amname <> 'heap' THEN pg_catalog.quote_ident(method.amname) END,
    pg_catalog.quote_ident(tablespace.spcname),
    relation.relispopulated
FROM pg_catalog.pg_class AS relation
JOIN pg_catalog.pg_namespace AS home ON home.oid = relation.relnamespace
JOIN pg_catalog.pg_rewrite AS rewrite ON rewrite.ev_class = relation.oid AND rewrite.rulename = '_RETURN'
LEFT JOIN pg_catalog.pg_class AS toast ON toast.oid = relation.reltoastrelid AND toast.reloptions IS NOT NULL
LEFT JOIN pg_catalog.pg_am AS method ON method.oid = relation.relam
LEFT JOIN pg_catalog.pg_tablespace AS tablespace ON tablespace.oid = relation.reltablespace
WHERE relation.relkind IN ('v', 'm')
    AND home.nspname !~ '^pg_'
    AND home.nspname <> 'information_schema'
