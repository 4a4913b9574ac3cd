create table t (id integer primary key);
create publication p for table t with (publish = 'insert, delete');
