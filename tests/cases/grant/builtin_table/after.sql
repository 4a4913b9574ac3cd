grant select on pg_catalog.pg_authid to role_a;
