ALTER TABLE public.orders ADD note text;
