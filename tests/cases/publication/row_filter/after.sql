create table t (id integer primary key, state text);
create table u (id integer primary key);
create publication p for table t (id) where (id > 5 and id <> 9), u where (id = 1);
