CREATE FUNCTION public.stats() RETURNS TABLE (n bigint, total numeric) LANGUAGE sql AS 'SELECT count(*), sum(total) FROM public.orders';
