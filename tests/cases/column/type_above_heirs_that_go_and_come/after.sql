CREATE TABLE parent (d integer, counted interval, n integer DEFAULT 4);
CREATE TABLE second_heir (q integer) INHERITS (parent);
CREATE TABLE new_heir (z integer DEFAULT 3, CHECK (counted > '1 day')) INHERITS (second_heir);
ALTER TABLE new_heir ALTER n SET DEFAULT 5, ALTER counted SET DEFAULT '3 days';
CREATE VIEW seen AS SELECT counted FROM new_heir;
CREATE TABLE parted (d integer, counted text) PARTITION BY LIST (d);
