-- ormony: service=python source=alembic/c5ae6dd1a1d3 native=f7d9760474671c9faaef80a110af6a8a65a69f1517aaaaf9819195506c82a44b body=5d8ca147b51014a230b000ddb0971703067cccb14499ac911eec16984d70ebe3
ALTER TABLE shipments ADD COLUMN label_job_id BIGINT;

CREATE INDEX ix_shipments_org_id_status ON shipments (org_id, status);

ALTER TABLE shipments ADD CONSTRAINT fk_shipments_label_job_id_jobs FOREIGN KEY(label_job_id) REFERENCES jobs (id) ON DELETE SET NULL;
