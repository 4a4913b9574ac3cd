CREATE FUNCTION public.add(a integer, b integer) RETURNS integer LANGUAGE sql AS 'SELECT a + b';
CREATE AGGREGATE public.summed(integer) (SFUNC = public.add, STYPE = integer, INITCOND = '1');
