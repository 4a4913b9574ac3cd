create table a (id integer primary key);
create table b (id integer primary key);
create table c (id integer primary key);
create publication p for table a, b;
