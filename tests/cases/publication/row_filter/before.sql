create table t (id integer primary key, state text);
create table u (id integer primary key);
create publication p for table t where (id > 5), u;
