create function twice(n bigint) returns bigint language sql as 'select n * 2';
