-- functions
CREATE INDEX orders_org ON public.orders USING btree (org_id);
