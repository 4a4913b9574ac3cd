-- functions
CREATE OR REPLACE FUNCTION public.org()
 RETURNS uuid
 LANGUAGE sql
 STABLE
AS $function$SELECT gen_random_uuid()$function$;
