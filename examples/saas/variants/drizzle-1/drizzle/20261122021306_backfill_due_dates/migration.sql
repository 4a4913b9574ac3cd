-- Invoices from before due dates existed are due 30 days after they were issued.
UPDATE "invoices" SET "due_on" = ("issued_at" AT TIME ZONE 'UTC')::date + 30 WHERE "due_on" IS NULL;
