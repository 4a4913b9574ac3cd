create procedure p(integer, out integer) language plpgsql as 'begin $2 := 1; end';
create aggregate a(integer) (sfunc = int4pl, stype = integer);
revoke all on procedure p(integer, out integer) from public;
grant execute on procedure p(integer, out integer) to role_a;
grant execute on function a(integer) to role_b;
