create schema s;
create schema t;
grant usage on schema t to role_c;
grant create on schema s to role_b;
