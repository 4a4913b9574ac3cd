SELECT
    statistics.oid,
    home.nspname,
    statistics.stxname,
    statistics.stxrelid,
    pg_catalog.pg_get_statisticsobjdef(statistics.oid),
    NULLIF(statistics.stxstattarget, -1)
FROM pg_catalog.pg_statistic_ext AS statistics
JOIN pg_catalog.pg_namespace AS home ON home.oid = statistics.stxnamespace
WHERE home.nspname !~ '^pg_' AND home.nspname <> 'information_schema'
