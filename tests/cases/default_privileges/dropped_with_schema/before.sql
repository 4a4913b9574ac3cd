create schema s;
alter default privileges in schema s grant select on tables to role_a;
alter default privileges for role role_b in schema s grant usage on types to role_a;
