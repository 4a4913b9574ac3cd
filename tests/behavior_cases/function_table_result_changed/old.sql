CREATE FUNCTION public.stats() RETURNS TABLE (n bigint) LANGUAGE sql AS 'SELECT count(*) FROM public.orders';
