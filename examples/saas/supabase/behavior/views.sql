-- Without security_invoker a view reads as its owner, whom no policy holds back: everybody would see every order.
CREATE VIEW public.order_overview WITH (security_invoker = true) AS
SELECT o.id, o.org_id, p.sku, p.name AS product, o.quantity, o.total, o.status, o.placed_at
FROM public.orders AS o
JOIN public.products AS p ON p.id = o.product_id;

REVOKE ALL ON public.order_overview FROM anon, authenticated;
GRANT SELECT ON public.order_overview TO authenticated;
GRANT SELECT ON public.order_overview TO service_role;
