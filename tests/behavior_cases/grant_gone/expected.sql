-- policies
GRANT ALL ON TABLE public.orders TO anon;
