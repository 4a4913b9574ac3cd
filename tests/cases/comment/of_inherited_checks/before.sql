CREATE TABLE parent (a integer, CONSTRAINT big CHECK (a > 1), CONSTRAINT small CHECK (a < 100));
CREATE TABLE child () INHERITS (parent);
COMMENT ON CONSTRAINT big ON parent IS 'above';
COMMENT ON CONSTRAINT big ON child IS 'below';
COMMENT ON CONSTRAINT small ON child IS 'goes';
CREATE TABLE far (id integer PRIMARY KEY);
CREATE TABLE parted (a integer CONSTRAINT there REFERENCES far) PARTITION BY LIST (a);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES IN (1);
COMMENT ON CONSTRAINT there ON parted_1 IS 'of the first';
