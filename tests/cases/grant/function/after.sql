create function f(integer) returns integer language sql as 'select 1';
create function f(text) returns integer language sql as 'select 1';
create function g() returns integer language sql as 'select 1';
revoke execute on function f(integer) from public;
grant execute on function f(integer) to role_a, role_b;
grant execute on function f(text) to role_c with grant option;
