create function f(bigint) returns integer language sql immutable begin atomic select $1::integer; end;
create function f(text) returns integer language sql immutable begin atomic select f(length($1)::bigint); end;
create function g() returns integer language sql immutable begin atomic select f('x'::text); end;
