SELECT oid, contypid, conname, pg_catalog.pg_get_constraintdef(oid), convalidated
FROM pg_catalog.pg_constraint
WHERE contypid <> 0 AND contype = 'c'
