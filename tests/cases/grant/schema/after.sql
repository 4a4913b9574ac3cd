create schema s;
create schema t;
grant usage on schema t to role_c;
grant usage, create on schema s to role_a;
grant usage on schema s to public;
