-- functions
ALTER VIEW public.totals RESET (security_invoker);
