-- triggers
DROP TRIGGER touch ON public.orders;
