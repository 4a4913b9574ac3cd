create table a (id integer primary key);
create table b (id integer primary key, a integer references a (id));
create publication p for table a, b;
