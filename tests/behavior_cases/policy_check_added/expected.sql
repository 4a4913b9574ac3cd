-- policies
ALTER POLICY mine ON public.orders WITH CHECK ((total > (0)::numeric));
