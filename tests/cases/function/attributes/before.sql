create function f(n integer) returns setof integer language sql as 'select n';
