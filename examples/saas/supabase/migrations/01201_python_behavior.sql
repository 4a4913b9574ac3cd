-- ormony: service=python source=alembic/a38d030501a3 native=4defd74a314503cd20fc00ac490b1b2b78089ceb81f354f3d720d4abbf983281 body=17a168ced89eeca18abfaf141c1eacf476f60b50a634b05fff56d6dd4200d36e
ALTER TABLE warehouses ENABLE ROW LEVEL SECURITY;

CREATE POLICY warehouses_tenant ON warehouses FOR ALL TO authenticated USING (org_id = (SELECT auth.jwt() ->> 'org_id')::uuid) WITH CHECK (org_id = (SELECT auth.jwt() ->> 'org_id')::uuid);

REVOKE ALL ON warehouses FROM anon, authenticated;

GRANT SELECT, INSERT, UPDATE, DELETE ON warehouses TO authenticated;

GRANT ALL ON warehouses TO service_role;

ALTER TABLE stock_levels ENABLE ROW LEVEL SECURITY;

CREATE POLICY stock_levels_tenant ON stock_levels FOR ALL TO authenticated USING (org_id = (SELECT auth.jwt() ->> 'org_id')::uuid) WITH CHECK (org_id = (SELECT auth.jwt() ->> 'org_id')::uuid);

REVOKE ALL ON stock_levels FROM anon, authenticated;

GRANT SELECT, INSERT, UPDATE, DELETE ON stock_levels TO authenticated;

GRANT ALL ON stock_levels TO service_role;

ALTER TABLE shipments ENABLE ROW LEVEL SECURITY;

CREATE POLICY shipments_tenant ON shipments FOR ALL TO authenticated USING (org_id = (SELECT auth.jwt() ->> 'org_id')::uuid) WITH CHECK (org_id = (SELECT auth.jwt() ->> 'org_id')::uuid);

REVOKE ALL ON shipments FROM anon, authenticated;

GRANT SELECT, INSERT, UPDATE, DELETE ON shipments TO authenticated;

GRANT ALL ON shipments TO service_role;

CREATE TRIGGER warehouses_updated_at BEFORE UPDATE ON warehouses FOR EACH ROW EXECUTE FUNCTION handle_updated_at();

CREATE TRIGGER shipments_updated_at BEFORE UPDATE ON shipments FOR EACH ROW EXECUTE FUNCTION handle_updated_at();

CREATE TRIGGER shipments_audit AFTER INSERT OR UPDATE OR DELETE ON shipments FOR EACH ROW EXECUTE FUNCTION audit_changes();
