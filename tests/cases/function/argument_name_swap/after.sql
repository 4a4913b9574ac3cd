create function f(b integer, a integer) returns integer language sql as 'select a - b';
