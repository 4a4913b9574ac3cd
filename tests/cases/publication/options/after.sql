create table t (id integer primary key);
create publication p for table t with (publish = 'insert, update, truncate', publish_via_partition_root = true);
