-- functions
DROP FUNCTION public.f();
CREATE OR REPLACE FUNCTION public.f(n integer DEFAULT 1)
 RETURNS integer
 LANGUAGE sql
AS $function$SELECT 1$function$;
