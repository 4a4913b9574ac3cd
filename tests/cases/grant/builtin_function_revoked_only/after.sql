revoke execute on function pg_catalog.pg_ls_dir(text) from pg_monitor;
revoke execute on function pg_catalog.pg_sleep(double precision) from public;
