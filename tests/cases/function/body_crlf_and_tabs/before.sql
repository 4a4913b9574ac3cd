create function q() returns integer language sql as E'select 1\r\n\t+ 1';
