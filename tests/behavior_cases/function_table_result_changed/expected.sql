-- functions
DROP FUNCTION public.stats();
CREATE OR REPLACE FUNCTION public.stats()
 RETURNS TABLE(n bigint, total numeric)
 LANGUAGE sql
AS $function$SELECT count(*), sum(total) FROM public.orders$function$;
