alter default privileges for role role_a revoke all on tables from role_a;
alter default privileges for role role_b revoke insert on tables from role_b;
