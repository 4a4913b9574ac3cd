-- Security labels.
SELECT l.classoid, l.objoid, l.objsubid, l.provider, l.label,
    pg_catalog.pg_describe_object(l.classoid, l.objoid, l.objsubid)
FROM pg_catalog.pg_seclabel l
