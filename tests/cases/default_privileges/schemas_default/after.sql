alter default privileges grant usage on schemas to role_a;
create schema s;
create schema quiet;
revoke all on schema quiet from role_a;
