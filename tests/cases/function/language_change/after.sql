create function f(n integer) returns integer language plpgsql as 'begin return n + 1; end';
