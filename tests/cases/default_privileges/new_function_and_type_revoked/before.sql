alter default privileges in schema public grant execute on functions to role_a;
alter default privileges in schema public grant usage on types to role_a;
alter default privileges in schema public grant usage on sequences to role_a;
