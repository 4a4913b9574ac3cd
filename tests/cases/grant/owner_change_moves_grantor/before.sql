create table t (id integer primary key, a text);
create sequence q;
create function f() returns integer language sql as 'select 1';
grant select on t to role_b;
grant select (a) on t to role_c;
grant usage on sequence q to role_b;
grant execute on function f() to role_b;
