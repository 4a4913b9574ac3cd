create table t (id integer) partition by list (id);
create publication p for table t;
