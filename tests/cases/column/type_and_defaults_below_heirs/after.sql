CREATE TABLE parent (a text DEFAULT 'x', b bigint DEFAULT 5, c timestamptz, d boolean DEFAULT true);
CREATE TABLE another_heir () INHERITS (parent);
ALTER TABLE another_heir ALTER a DROP DEFAULT;
ALTER TABLE another_heir ALTER c SET DEFAULT now();
CREATE TABLE z_heir () INHERITS (another_heir);
ALTER TABLE z_heir ALTER c SET DEFAULT '2020-01-01 00:00:00+00', ALTER d DROP DEFAULT;
CREATE TABLE whole (part integer, bits varchar DEFAULT '') PARTITION BY LIST (part);
CREATE TABLE a_part PARTITION OF whole DEFAULT;
