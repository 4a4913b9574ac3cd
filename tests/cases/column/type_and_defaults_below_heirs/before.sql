CREATE TABLE parent (a integer, b integer DEFAULT 4, c integer DEFAULT 5, d integer DEFAULT 3);
CREATE TABLE another_heir () INHERITS (parent);
ALTER TABLE another_heir ALTER c SET DEFAULT 7;
CREATE TABLE z_heir () INHERITS (another_heir);
CREATE TABLE whole (part integer, bits bit(4) DEFAULT B'0101') PARTITION BY LIST (part);
CREATE TABLE a_part PARTITION OF whole DEFAULT;
