revoke execute on function pg_catalog.pg_sleep(double precision) from public;
grant execute on function pg_catalog.pg_sleep(double precision) to role_a;
