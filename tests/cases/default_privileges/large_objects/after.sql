alter default privileges grant select on large objects to role_a;
