create function f(n integer) returns bigint language sql as 'select 1::bigint';
revoke execute on function f(integer) from public;
grant execute on function f(integer) to role_a;
