ALTER TABLE "invoices" ADD COLUMN "shipment_id" uuid;--> statement-breakpoint
CREATE INDEX "invoices_shipment_id_idx" ON "invoices" ("shipment_id");--> statement-breakpoint
ALTER TABLE "invoices" ADD CONSTRAINT "invoices_shipment_id_shipments_id_fkey" FOREIGN KEY ("shipment_id") REFERENCES "shipments"("id") ON DELETE SET NULL;