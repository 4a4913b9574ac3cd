-- functions
DROP FUNCTION public.f();
CREATE OR REPLACE PROCEDURE public.f()
 LANGUAGE sql
AS $procedure$SELECT 1$procedure$;
