alter default privileges in schema public grant all on tables to role_a;
alter default privileges in schema public grant all on functions to role_a;
