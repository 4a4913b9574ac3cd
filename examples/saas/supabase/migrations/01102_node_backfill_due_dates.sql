-- ormony: service=node source=drizzle/0004_backfill_due_dates native=9d538f56b0e145a8baae5c8d9361367d6d2a0f770455a3b80bfea21648be87f0 body=9d538f56b0e145a8baae5c8d9361367d6d2a0f770455a3b80bfea21648be87f0
-- Invoices from before due dates existed are due 30 days after they were issued.
UPDATE "invoices" SET "due_on" = ("issued_at" AT TIME ZONE 'UTC')::date + 30 WHERE "due_on" IS NULL;
