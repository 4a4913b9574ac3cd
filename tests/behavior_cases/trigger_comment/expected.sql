-- triggers
COMMENT ON TRIGGER touch ON public.orders IS 'keeps updated_at';
