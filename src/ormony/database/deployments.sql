CREATE SCHEMA IF NOT EXISTS ormony;

REVOKE ALL ON SCHEMA ormony FROM PUBLIC;

CREATE TABLE IF NOT EXISTS ormony.deployments (
  sequence bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,  -- the order in which files ran, or were taken over
  version text NOT NULL,
  name text NOT NULL,
  body text NOT NULL,          -- sha256 of the file without its provenance line
  service text,                -- NULL: hand-written
  source text,
  native text,                 -- sha256 of the service's own file
  step integer NOT NULL,       -- the number of the step that finished it, from 1; 0: found applied and taken over
  state text NOT NULL CHECK (state IN ('running', 'applied', 'adopted')),
  statements integer NOT NULL, -- of a running file: how many of its statements are done
  doing text,                  -- of a running file: the statement that was begun outside a transaction
  started timestamptz NOT NULL,
  finished timestamptz
);

COMMENT ON TABLE ormony.deployments IS 'What ormony deploy has applied, in this order.';

REVOKE ALL ON ormony.deployments FROM PUBLIC;
