-- What Drizzle cannot say: triggers and grants. The functions come from supabase/migrations/00002_core_functions.sql.
CREATE TRIGGER "customers_updated_at" BEFORE UPDATE ON "customers" FOR EACH ROW EXECUTE FUNCTION handle_updated_at();--> statement-breakpoint
CREATE TRIGGER "invoices_updated_at" BEFORE UPDATE ON "invoices" FOR EACH ROW EXECUTE FUNCTION handle_updated_at();--> statement-breakpoint
CREATE TRIGGER "customers_audit" AFTER INSERT OR UPDATE OR DELETE ON "customers" FOR EACH ROW EXECUTE FUNCTION audit_changes();--> statement-breakpoint
CREATE TRIGGER "invoices_audit" AFTER INSERT OR UPDATE OR DELETE ON "invoices" FOR EACH ROW EXECUTE FUNCTION audit_changes();--> statement-breakpoint
REVOKE ALL ON "customers", "invoices", "order_notes" FROM anon, authenticated;--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON "customers", "invoices", "order_notes" TO authenticated;--> statement-breakpoint
GRANT ALL ON "customers", "invoices", "order_notes" TO service_role;
