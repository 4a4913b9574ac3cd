alter default privileges grant select, insert on tables to role_a with grant option;
alter default privileges grant usage on schemas to role_b;
alter default privileges grant all on sequences to role_c;
