ALTER TYPE "invoice_status" ADD VALUE 'overdue';--> statement-breakpoint
ALTER TABLE "invoices" ADD COLUMN "due_on" date;