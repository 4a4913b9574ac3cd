create table t (id integer primary key, a text);
create function f() returns integer language sql as 'select 1';
grant select on t to role_a with grant option;
grant execute on function f() to role_a with grant option;
set role role_a;
grant select on t to role_b;
grant select (a) on t to role_c;
grant execute on function f() to role_c;
reset role;
