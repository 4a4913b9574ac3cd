create table t (id integer primary key);
create publication p for table t;
