create procedure p(n integer) language sql as 'select n';
grant execute on procedure p(integer) to role_a;
