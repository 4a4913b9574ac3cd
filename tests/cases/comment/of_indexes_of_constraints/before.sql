CREATE TABLE keyed (
    id integer PRIMARY KEY,
    code integer UNIQUE,
    span int4range,
    CONSTRAINT apart EXCLUDE USING gist (span WITH &&)
);
COMMENT ON INDEX keyed_pkey IS 'the key''s';
COMMENT ON CONSTRAINT keyed_pkey ON keyed IS 'the key';
COMMENT ON INDEX keyed_code_key IS 'the code''s';
COMMENT ON INDEX apart IS 'goes';
CREATE TABLE parted (id integer PRIMARY KEY) PARTITION BY LIST (id);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES IN (1);
COMMENT ON INDEX parted_1_pkey IS 'of the first';
