create schema s;
create text search dictionary d (template = simple);
create text search configuration c (copy = simple);
