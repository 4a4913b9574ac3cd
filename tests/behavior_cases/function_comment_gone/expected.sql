-- functions
COMMENT ON FUNCTION public.f() IS NULL;
