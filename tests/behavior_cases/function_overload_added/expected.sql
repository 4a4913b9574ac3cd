-- functions
CREATE OR REPLACE FUNCTION public.f(n bigint)
 RETURNS integer
 LANGUAGE sql
AS $function$SELECT 1$function$;
