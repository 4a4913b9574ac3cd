ALTER TABLE public.orders ADD more int;
