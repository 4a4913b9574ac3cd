create table t (id integer primary key) partition by range (id);
create table t_1 partition of t for values from (0) to (10);
create publication p for table t_1, t with (publish_via_partition_root = true);
