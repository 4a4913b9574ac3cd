-- ormony: service=rust source=sqlx/20261122020107_queue_index native=bbecaa54f8e21c8a0fea1d23df4d45c3cb1c58ee704e25651eca36ebc3b4c07e body=bbecaa54f8e21c8a0fea1d23df4d45c3cb1c58ee704e25651eca36ebc3b4c07e
-- The worker asks for the oldest job that is due; jobs that are finished stay out of the index.
CREATE INDEX jobs_due_idx ON jobs (run_at) WHERE status = 'queued';
