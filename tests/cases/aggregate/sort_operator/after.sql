create aggregate smallest(integer) (sfunc = int4smaller, stype = integer, sortop = <);
