create table t (id integer primary key, n bigint);
alter table t replica identity full;
create publication p for table t where (n > 5);
