-- triggers
DROP TRIGGER touch ON public.orders;
DROP FUNCTION public.touch();
