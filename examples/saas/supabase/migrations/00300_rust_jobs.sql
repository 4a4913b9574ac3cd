-- ormony: service=rust source=sqlx/20261122020006_jobs native=a744027911fb77464a8e2ca3d8b6cf47528d3bb3069602548ff193d7b7a4bd7d body=a744027911fb77464a8e2ca3d8b6cf47528d3bb3069602548ff193d7b7a4bd7d
CREATE TYPE job_status AS ENUM ('queued', 'running', 'done', 'failed');

CREATE TABLE jobs (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    org_id uuid NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    kind text NOT NULL,
    payload jsonb NOT NULL DEFAULT '{}',
    status job_status NOT NULL DEFAULT 'queued',
    attempts integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    run_at timestamptz NOT NULL DEFAULT now(),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX jobs_org_id_idx ON jobs (org_id);
