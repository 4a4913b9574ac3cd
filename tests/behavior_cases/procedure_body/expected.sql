-- functions
CREATE OR REPLACE PROCEDURE public.p()
 LANGUAGE sql
AS $procedure$SELECT 2$procedure$;
