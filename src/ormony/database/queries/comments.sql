-- Comments on what somebody made, and on the schema public. Constraints and relations are named here, for not
-- every one of them is an object of the catalog: an index of a constraint, a NOT NULL, a composite type's field.
SELECT d.classoid, d.objoid, d.description,
    c.relkind::text, n.nspname, c.relname, a.attname, con.conname, t.typname, c.oid,
    CASE WHEN c.oid IS NULL AND t.oid IS NULL AND d.classoid <> 'pg_catalog.pg_proc'::pg_catalog.regclass
        THEN pg_catalog.pg_describe_object(d.classoid, d.objoid, d.objsubid) END
FROM pg_catalog.pg_description d
LEFT JOIN pg_catalog.pg_constraint con
    ON d.classoid = 'pg_catalog.pg_constraint'::pg_catalog.regclass AND con.oid = d.objoid
LEFT JOIN pg_catalog.pg_class c ON c.oid = CASE d.classoid
    WHEN 'pg_catalog.pg_class'::pg_catalog.regclass THEN d.objoid
    WHEN 'pg_catalog.pg_constraint'::pg_catalog.regclass THEN con.conrelid END
LEFT JOIN pg_catalog.pg_type t ON t.oid = con.contypid
LEFT JOIN pg_catalog.pg_namespace n ON n.oid = coalesce(c.relnamespace, t.typnamespace)
LEFT JOIN pg_catalog.pg_attribute a ON d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass
    AND d.objsubid > 0 AND a.attrelid = d.objoid AND a.attnum = d.objsubid
-- DROP SUBSCRIPTION leaves the comment behind, on nothing.
WHERE d.objoid >= 16384 AND (d.classoid <> 'pg_catalog.pg_subscription'::pg_catalog.regclass
        OR EXISTS (SELECT FROM pg_catalog.pg_subscription s WHERE s.oid = d.objoid))
    OR d.classoid = 'pg_catalog.pg_namespace'::pg_catalog.regclass AND d.objoid = 2200
