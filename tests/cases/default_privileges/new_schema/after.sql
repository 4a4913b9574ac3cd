create schema app;
alter default privileges in schema app grant select on tables to role_a;
create table app.t (id integer primary key);
alter default privileges in schema app grant insert on tables to role_b;
