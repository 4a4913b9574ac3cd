-- A job that failed too often is dead: nobody tries it again.
ALTER TYPE job_status ADD VALUE 'dead' AFTER 'failed';
