CREATE TABLE keyed (
    id bigint PRIMARY KEY,
    code bigint,
    span int4range,
    CONSTRAINT apart EXCLUDE USING gist (span WITH =)
);
COMMENT ON INDEX keyed_pkey IS 'the key''s';
CREATE UNIQUE INDEX keyed_code_key ON keyed (code);
COMMENT ON INDEX keyed_code_key IS 'the code''s';
CREATE TABLE parted (id integer, more integer, PRIMARY KEY (id, more)) PARTITION BY LIST (id);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES IN (1);
COMMENT ON INDEX parted_1_pkey IS 'of the first';
