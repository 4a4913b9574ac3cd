-- functions
CREATE OR REPLACE FUNCTION public.f()
 RETURNS integer
 LANGUAGE sql
 STABLE
AS $function$SELECT 1$function$;
