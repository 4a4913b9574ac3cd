-- policies
ALTER TABLE public.orders FORCE ROW LEVEL SECURITY;
