-- functions
DROP VIEW public.totals;
-- triggers
DROP TRIGGER touch ON public.orders;
DROP FUNCTION public.touch();
-- policies
DROP POLICY mine ON public.orders;
DROP FUNCTION public.org();
ALTER TABLE public.orders DISABLE ROW LEVEL SECURITY;
