-- functions
DROP AGGREGATE public.summed(integer);
DROP FUNCTION public.add(integer, integer);
