-- policies
DROP POLICY mine ON public.orders;
DROP FUNCTION public.org();
