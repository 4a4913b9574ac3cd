-- All sequences; `deptype` is 'i' for that of an identity column and 'a' for one that is owned by a column.
SELECT
    counted.seqrelid,
    home.nspname,
    relation.relname,
    relation.relpersistence = 'u',
    pg_catalog.format_type(counted.seqtypid, NULL),
    counted.seqstart,
    counted.seqincrement,
    counted.seqmin,
    counted.seqmax,
    counted.seqcache,
    counted.seqcycle,
    owned.deptype,
    owned.refobjid,
    holder.attname
FROM pg_catalog.pg_sequence AS counted
JOIN pg_catalog.pg_class AS relation ON relation.oid = counted.seqrelid
JOIN pg_catalog.pg_namespace AS home ON home.oid = relation.relnamespace
LEFT JOIN pg_catalog.pg_depend AS owned
    ON owned.classid = 1259
    AND owned.objid = counted.seqrelid
    AND owned.objsubid = 0
    AND owned.refclassid = 1259
    AND owned.refobjsubid > 0
    AND owned.deptype IN ('a', 'i')
LEFT JOIN pg_catalog.pg_attribute AS holder
    ON holder.attrelid = owned.refobjid AND holder.attnum = owned.refobjsubid
WHERE home.nspname !~ '^pg_' AND home.nspname <> 'information_schema'
