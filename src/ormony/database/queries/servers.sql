-- Foreign servers; options are `name=value`.
SELECT s.oid, s.srvname, w.fdwname, s.srvtype, s.srvversion, s.srvoptions
FROM pg_catalog.pg_foreign_server s
JOIN pg_catalog.pg_foreign_data_wrapper w ON w.oid = s.srvfdw
