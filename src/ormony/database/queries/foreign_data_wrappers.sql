-- Foreign data wrappers; options are `name=value`.
SELECT w.oid, w.fdwname, nullif(w.fdwhandler, 0)::pg_catalog.regproc::text,
    nullif(w.fdwvalidator, 0)::pg_catalog.regproc::text, w.fdwoptions
FROM pg_catalog.pg_foreign_data_wrapper w
