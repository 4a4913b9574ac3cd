-- Languages that somebody made: those of initdb are older than any user's object, plpgsql is an extension's.
SELECT l.oid, l.lanname, l.lanpltrusted,
    nullif(l.lanplcallfoid, 0)::pg_catalog.regproc::text,
    nullif(l.laninline, 0)::pg_catalog.regproc::text,
    nullif(l.lanvalidator, 0)::pg_catalog.regproc::text
FROM pg_catalog.pg_language l
WHERE l.oid >= 16384
