-- policies
ALTER POLICY mine ON public.orders TO anon, authenticated;
