create function twice(integer) returns integer language sql as 'select $1 * 2';
