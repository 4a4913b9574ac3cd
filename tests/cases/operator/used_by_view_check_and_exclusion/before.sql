create table t (id integer primary key, r int4range);
