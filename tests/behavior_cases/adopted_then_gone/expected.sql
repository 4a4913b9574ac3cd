-- functions
DROP FUNCTION public.f();
