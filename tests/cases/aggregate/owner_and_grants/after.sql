create aggregate total(integer) (sfunc = int4pl, stype = integer, initcond = '0');
alter aggregate total(integer) owner to role_a;
revoke execute on function total(integer) from public;
grant execute on function total(integer) to role_b;
