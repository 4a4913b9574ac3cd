-- functions
DROP INDEX public.orders_org;
