create schema s;
alter default privileges for role role_a in schema s grant select on tables to role_b;
