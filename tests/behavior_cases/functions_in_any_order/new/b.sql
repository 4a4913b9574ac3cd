CREATE FUNCTION public.a() RETURNS integer LANGUAGE sql AS 'SELECT public.b()';
