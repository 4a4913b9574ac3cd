-- functions
CREATE OR REPLACE FUNCTION public.a()
 RETURNS integer
 LANGUAGE sql
AS $function$SELECT public.b()$function$;
CREATE OR REPLACE FUNCTION public.b()
 RETURNS integer
 LANGUAGE sql
AS $function$SELECT 1$function$;
CREATE VIEW public.v AS
 SELECT public.a() AS n;
