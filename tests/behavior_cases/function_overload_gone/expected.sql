-- functions
DROP FUNCTION public.f(bigint);
