create table t (id integer primary key);
create publication p for table t where (id > 0);
