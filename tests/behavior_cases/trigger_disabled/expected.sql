-- triggers
ALTER TABLE public.orders DISABLE TRIGGER touch;
