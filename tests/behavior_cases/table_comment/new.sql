COMMENT ON TABLE public.orders IS 'what was bought';
