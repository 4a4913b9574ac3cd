CREATE TABLE sent (a integer, "C d" text);
