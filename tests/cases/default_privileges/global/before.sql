alter default privileges grant select on tables to role_a;
