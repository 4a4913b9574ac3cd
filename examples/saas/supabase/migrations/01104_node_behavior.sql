-- ormony: service=node source=drizzle/0006_behavior native=a81cfb0de556e1e29c5c01f06177900de4602e8bb449e7ca83ab60097384cc27 body=bd26fb4403a5eeebe7dd94ad093ef24ed11c497d5c6cbf89ee9e7c51f999f88d
-- What Drizzle cannot say: triggers and grants. The functions come from supabase/migrations/00002_core_functions.sql.
CREATE TRIGGER "customers_updated_at" BEFORE UPDATE ON "customers" FOR EACH ROW EXECUTE FUNCTION handle_updated_at();
CREATE TRIGGER "invoices_updated_at" BEFORE UPDATE ON "invoices" FOR EACH ROW EXECUTE FUNCTION handle_updated_at();
CREATE TRIGGER "customers_audit" AFTER INSERT OR UPDATE OR DELETE ON "customers" FOR EACH ROW EXECUTE FUNCTION audit_changes();
CREATE TRIGGER "invoices_audit" AFTER INSERT OR UPDATE OR DELETE ON "invoices" FOR EACH ROW EXECUTE FUNCTION audit_changes();
REVOKE ALL ON "customers", "invoices", "order_notes" FROM anon, authenticated;
GRANT SELECT, INSERT, UPDATE, DELETE ON "customers", "invoices", "order_notes" TO authenticated;
GRANT ALL ON "customers", "invoices", "order_notes" TO service_role;
