-- The worker asks for the oldest job that is due; jobs that are finished stay out of the index.
CREATE INDEX jobs_due_idx ON jobs (run_at) WHERE status = 'queued';
