-- functions
CREATE OR REPLACE FUNCTION public.add(a integer, b integer)
 RETURNS integer
 LANGUAGE sql
AS $function$SELECT a + b$function$;
CREATE AGGREGATE public.summed(integer) (SFUNC = public.add, STYPE = integer, INITCOND = '0');
