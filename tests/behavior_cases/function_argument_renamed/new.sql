CREATE FUNCTION public.f(b integer) RETURNS integer LANGUAGE sql AS 'SELECT b';
