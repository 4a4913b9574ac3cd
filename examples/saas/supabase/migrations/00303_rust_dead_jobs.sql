-- ormony: service=rust source=sqlx/20261122020407_dead_jobs native=3cf0f0f2b9ba72c944dbeb5367ecfdabc20e0ed351eb250112e46902d9563013 body=3cf0f0f2b9ba72c944dbeb5367ecfdabc20e0ed351eb250112e46902d9563013
-- A job that failed too often is dead: nobody tries it again.
ALTER TYPE job_status ADD VALUE 'dead' AFTER 'failed';
