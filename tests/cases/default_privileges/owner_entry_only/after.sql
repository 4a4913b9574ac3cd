alter default privileges for role role_a revoke execute on functions from public;
