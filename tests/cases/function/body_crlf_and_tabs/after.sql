create function q() returns integer language sql as E'select 1\n\t+ 1\r\n';
