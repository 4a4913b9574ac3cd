create schema s;
alter default privileges in schema s grant select, insert on tables to role_b;
alter default privileges in schema s grant usage on sequences to role_a;
alter default privileges in schema s grant execute on functions to role_a with grant option;
alter default privileges in schema s grant usage on types to role_a;
