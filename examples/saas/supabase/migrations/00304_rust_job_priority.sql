-- ormony: service=rust source=sqlx/20261122020513_job_priority native=b37919fa078a098fc677eced81a58c2d8638f80141eb83e61dc4641865896c60 body=b37919fa078a098fc677eced81a58c2d8638f80141eb83e61dc4641865896c60
ALTER TABLE jobs ADD COLUMN priority smallint;

-- Jobs that somebody waits for go first.
UPDATE jobs SET priority = CASE WHEN kind IN ('label', 'invoice') THEN 1 ELSE 5 END;

ALTER TABLE jobs
    ALTER COLUMN priority SET DEFAULT 5,
    ALTER COLUMN priority SET NOT NULL,
    ADD CONSTRAINT jobs_priority_check CHECK (priority BETWEEN 1 AND 9);

DROP INDEX jobs_due_idx;
CREATE INDEX jobs_due_idx ON jobs (priority, run_at) WHERE status = 'queued';
