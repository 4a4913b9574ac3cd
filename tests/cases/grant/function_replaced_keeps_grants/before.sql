create function f(n integer) returns integer language sql as 'select 1';
revoke execute on function f(integer) from public;
grant execute on function f(integer) to role_a;
