CREATE FUNCTION public.f() RETURNS integer LANGUAGE sql AS 'SELECT 1';
INSERT INTO public.orders (id) VALUES (1);
