-- functions
DROP INDEX public.orders_org;
CREATE INDEX orders_org ON public.orders USING btree (org_id, id);
