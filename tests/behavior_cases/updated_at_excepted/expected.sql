-- triggers
DROP TRIGGER orders_updated_at ON public.orders;
DROP FUNCTION public.handle_updated_at();
