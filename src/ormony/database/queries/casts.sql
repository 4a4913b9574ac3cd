-- Casts that somebody made.
SELECT c.oid, pg_catalog.format_type(c.castsource, NULL), pg_catalog.format_type(c.casttarget, NULL),
    c.castmethod::text, c.castcontext::text, nullif(c.castfunc, 0)::pg_catalog.regprocedure::text
FROM pg_catalog.pg_cast c
WHERE c.oid >= 16384
