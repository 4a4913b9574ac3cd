create table t (id integer primary key, s text);
