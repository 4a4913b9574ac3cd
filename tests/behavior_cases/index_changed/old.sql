CREATE INDEX orders_org ON public.orders (org_id);
