-- ormony: service=python source=alembic/fb40a1928e48 native=367cabfd2e269a1be941a9ea27de3a0069b85f475646d19cb555b636c37e67da body=79d301821f18b7ca5d9d481d0ba0978ec0a54d49bca77968cde567e81f31296a
ALTER TABLE shipments ADD COLUMN carrier VARCHAR DEFAULT 'post' NOT NULL;

UPDATE shipments SET carrier='dhl' WHERE shipments.tracking_code LIKE 'DH%';

UPDATE shipments SET carrier='ups' WHERE shipments.tracking_code LIKE 'UP%';
