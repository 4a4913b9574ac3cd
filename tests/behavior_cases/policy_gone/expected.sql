-- policies
DROP POLICY mine ON public.orders;
