alter default privileges grant select on tables to role_a;
alter default privileges revoke select on tables from role_a;
alter default privileges revoke execute on functions from public;
alter default privileges grant execute on functions to public;
