-- ormony: service=rust source=sqlx/20261122020514_behavior native=e09f4ddd76deb466c2f504a31741dc9cfe4dddcbe14b8892766f83274d1d2c31 body=e09f4ddd76deb466c2f504a31741dc9cfe4dddcbe14b8892766f83274d1d2c31
-- A signed-in user sees the jobs and notifications of one organization; only services write them.
ALTER TABLE jobs ENABLE ROW LEVEL SECURITY;
ALTER TABLE notifications ENABLE ROW LEVEL SECURITY;

CREATE POLICY jobs_read ON jobs FOR SELECT TO authenticated
USING (org_id = (SELECT auth.jwt() ->> 'org_id')::uuid);

CREATE POLICY notifications_read ON notifications FOR SELECT TO authenticated
USING (org_id = (SELECT auth.jwt() ->> 'org_id')::uuid);

CREATE TRIGGER jobs_updated_at BEFORE UPDATE ON jobs
FOR EACH ROW EXECUTE FUNCTION handle_updated_at();

REVOKE ALL ON jobs, notifications FROM anon, authenticated;
GRANT SELECT ON jobs, notifications TO authenticated;
GRANT ALL ON jobs, notifications TO service_role;
