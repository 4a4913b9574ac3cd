revoke select on pg_catalog.pg_tables from public;
