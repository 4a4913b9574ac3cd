create schema s;
create text search dictionary s.d (template = simple);
create text search configuration s.c (copy = simple);
alter text search dictionary s.d owner to role_a;
alter text search configuration s.c owner to role_a;
