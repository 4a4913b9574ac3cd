-- ormony: service=python source=behavior/policies/02200 native=c2df7ffb8bfcad2fec4b373962b3464d48076b3e766bf98dcf6401c9eda05411 body=c2df7ffb8bfcad2fec4b373962b3464d48076b3e766bf98dcf6401c9eda05411
SET LOCAL check_function_bodies = false;
CREATE POLICY shipments_delivered_stay ON public.shipments AS RESTRICTIVE FOR DELETE TO authenticated USING ((status <> 'delivered'::public.shipment_status));
