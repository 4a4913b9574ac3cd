-- ormony: service=rust source=sqlx/20261122020405_notifications native=d9e5d3ececba25cf709283662a55a1e4ef75efb7f9b60eff00630d255464d448 body=d9e5d3ececba25cf709283662a55a1e4ef75efb7f9b60eff00630d255464d448
CREATE TYPE notification_channel AS ENUM ('email', 'webhook');

CREATE TABLE notifications (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    org_id uuid NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    job_id bigint NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    customer_id uuid NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
    shipment_id uuid REFERENCES shipments (id) ON DELETE SET NULL,
    channel notification_channel NOT NULL,
    subject text NOT NULL,
    sent_at timestamptz
);

CREATE INDEX notifications_org_id_idx ON notifications (org_id);
CREATE INDEX notifications_job_id_idx ON notifications (job_id);
CREATE INDEX notifications_customer_id_idx ON notifications (customer_id);
CREATE INDEX notifications_shipment_id_idx ON notifications (shipment_id);
