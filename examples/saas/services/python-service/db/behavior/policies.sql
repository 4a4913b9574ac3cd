-- A shipment that was delivered stays. Restrictive: it holds besides those of [behavior.tenancy], and opens nothing.
CREATE POLICY shipments_delivered_stay ON shipments AS RESTRICTIVE FOR DELETE TO authenticated
USING (status <> 'delivered');
