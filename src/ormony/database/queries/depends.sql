-- Who needs whom; a default is named by its table and column. Left out is what the references or values of both
-- sides say already (the schema, the table of a part, the column of a default, parents, owners of sequences), and
-- what is no object (NOT NULL, row types, toast, clones). Below 12000 nothing can be dropped.
SELECT
    need.classid,
    COALESCE(expression.adrelid, need.objid),
    COALESCE(expression.adnum, need.objsubid),
    need.refclassid,
    need.refobjid,
    need.refobjsubid
FROM pg_catalog.pg_depend AS need
LEFT JOIN pg_catalog.pg_attrdef AS expression ON need.classid = 2604 AND expression.oid = need.objid
LEFT JOIN pg_catalog.pg_constraint AS not_null
    ON need.classid = 2606 AND not_null.oid = need.objid AND not_null.contype = 'n'
WHERE not_null.oid IS NULL
    AND need.objid >= 12000
    AND need.refobjid >= 2200
    AND (
        need.deptype IN ('n', 'x')
        OR (
            need.deptype = 'a'
            AND need.classid <> 2604
            AND (need.refobjsubid > 0 OR need.classid NOT IN (1259, 2606, 2618, 2620, 3256))
        )
    )
    AND NOT (
        need.classid = 1259 AND need.objsubid = 0 AND need.refclassid = 1259 AND need.refobjsubid = 0
    )
    AND (need.refclassid <> 2615 OR need.classid IN (3079, 6237))
