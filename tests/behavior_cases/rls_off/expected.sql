-- policies
ALTER TABLE public.orders DISABLE ROW LEVEL SECURITY;
