alter default privileges in schema public grant all on tables to role_a;
alter default privileges in schema public grant all on functions to role_a;
create table secret (id integer primary key);
revoke all on secret from role_a;
create table readable (id integer primary key);
revoke insert, update, delete, truncate, references, trigger on readable from role_a;
create function f() returns integer language sql as 'select 1';
revoke all on function f() from role_a;
