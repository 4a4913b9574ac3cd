CREATE TABLE sent (b integer, "C d" text, a integer);
CREATE PUBLICATION parts FOR TABLE sent (a, "C d", b);
