-- functions
CREATE OR REPLACE FUNCTION public.f(n integer DEFAULT 2)
 RETURNS integer
 LANGUAGE sql
AS $function$SELECT 1$function$;
