create function f(inout n integer) language sql as 'select n';
