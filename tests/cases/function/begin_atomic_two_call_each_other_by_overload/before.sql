create function f(integer) returns integer language sql immutable begin atomic select $1; end;
create function g() returns integer language sql immutable begin atomic select f(1); end;
