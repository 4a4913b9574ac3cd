CREATE TABLE parent (d integer, counted bigint);
CREATE TABLE heir (z integer, CHECK (counted % 2 = 0)) INHERITS (parent);
CREATE TABLE second_heir (q integer) INHERITS (parent);
ALTER TABLE heir ALTER counted SET DEFAULT 5;
CREATE VIEW seen AS SELECT counted FROM heir;
CREATE TABLE parted (d integer, counted bigint) PARTITION BY LIST (d);
CREATE TABLE part PARTITION OF parted (CHECK (counted % 2 = 0)) FOR VALUES IN (1);
