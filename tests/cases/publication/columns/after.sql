create table t (id integer primary key, a text, b text);
create publication p for table t (id, b);
