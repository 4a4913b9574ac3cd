ALTER TABLE public.orders RENAME org_id TO tenant;
