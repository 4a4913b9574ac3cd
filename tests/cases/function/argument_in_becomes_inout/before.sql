create function f(n integer) returns integer language sql as 'select n';
