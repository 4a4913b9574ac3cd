create table t (id integer primary key, d integer generated always as (id * 2) stored);
create publication p for table t with (publish_generated_columns = stored);
