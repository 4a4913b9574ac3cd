create table t (id integer primary key, u uuid);
create publication p for table t;
