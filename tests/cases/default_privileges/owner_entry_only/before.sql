alter default privileges for role role_a grant select on tables to role_b;
