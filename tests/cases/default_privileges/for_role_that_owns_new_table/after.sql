alter default privileges for role role_a in schema public grant select on tables to role_b;
create table mine (id integer primary key);
alter table mine owner to role_a;
