-- functions
CREATE OR REPLACE FUNCTION public.even(n integer)
 RETURNS boolean
 LANGUAGE plpgsql
AS $function$ BEGIN RETURN n = 0 OR public.odd(n - 1); END $function$;
CREATE OR REPLACE FUNCTION public.odd(n integer)
 RETURNS boolean
 LANGUAGE plpgsql
AS $function$ BEGIN RETURN n <> 0 AND public.even(n - 1); END $function$;
