CREATE FUNCTION public.f() RETURNS bigint LANGUAGE sql AS 'SELECT 1';
CREATE VIEW public.v AS SELECT public.f() AS n;
