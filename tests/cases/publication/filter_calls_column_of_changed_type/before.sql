create table t (id integer primary key, n integer);
alter table t replica identity full;
create publication p for table t where (n > 5);
