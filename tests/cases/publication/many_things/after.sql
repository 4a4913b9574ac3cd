create schema s;
create table s.a (id integer primary key, y text, z text);
create table s.c (id integer primary key);
create publication p for table s.a (id, z), s.c where (id < 9) with (publish = 'insert, update, delete', publish_via_partition_root);
create publication q for tables in schema s;
alter publication q owner to role_a;
comment on publication q is 'all of s';
