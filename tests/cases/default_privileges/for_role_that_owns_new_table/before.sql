alter default privileges for role role_a in schema public grant select on tables to role_b;
