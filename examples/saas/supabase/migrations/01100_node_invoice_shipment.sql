-- ormony: service=node source=drizzle/0002_invoice_shipment native=f75c7f2fd09c2bbb05bc4f94cf821a3291206e01af78de351b258ac288582188 body=96e1d685c71a4fc069dc15e86381a0941c567a59b266832cc58363ded7299d5b
ALTER TABLE "invoices" ADD COLUMN "shipment_id" uuid;
ALTER TABLE "invoices" ADD CONSTRAINT "invoices_shipment_id_shipments_id_fk" FOREIGN KEY ("shipment_id") REFERENCES "public"."shipments"("id") ON DELETE set null ON UPDATE no action;
CREATE INDEX "invoices_shipment_id_idx" ON "invoices" USING btree ("shipment_id");