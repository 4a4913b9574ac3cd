create procedure p(integer, out integer) language plpgsql as 'begin $2 := 1; end';
create aggregate a(integer) (sfunc = int4pl, stype = integer);
