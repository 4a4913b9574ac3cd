create function p(n integer) returns integer language sql as 'select n';
grant execute on function p(integer) to role_a;
