create function total(integer) returns integer language sql as 'select $1';
