-- functions
CREATE OR REPLACE AGGREGATE public.summed(integer) (SFUNC = public.add, STYPE = integer, INITCOND = '1');
