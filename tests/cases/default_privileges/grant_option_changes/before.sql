alter default privileges in schema public grant select on tables to role_a;
alter default privileges in schema public grant insert on tables to role_b with grant option;
