-- ormony: service=node source=drizzle/0003_overdue_invoices native=a58cd0eabb928ff65fb0119b5bcb305cf8a23408c4464aca4c02fb70e0df57bf body=015173a110681a2cade1d748e0bd807f5830c27f523f9ed16fa5f81145107b5b
ALTER TYPE "public"."invoice_status" ADD VALUE 'overdue';
ALTER TABLE "invoices" ADD COLUMN "due_on" date;