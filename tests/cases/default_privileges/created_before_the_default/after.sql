create table early (id integer primary key);
create function early() returns integer language sql as 'select 1';
alter default privileges grant select on tables to role_a;
alter default privileges revoke execute on functions from public;
create table late (id integer primary key);
create function late() returns integer language sql as 'select 1';
