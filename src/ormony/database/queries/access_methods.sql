-- Access methods that somebody made.
SELECT a.oid, a.amname, a.amtype::text, a.amhandler::pg_catalog.regproc::text
FROM pg_catalog.pg_am a
WHERE a.oid >= 16384
