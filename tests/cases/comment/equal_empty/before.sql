create table t (id integer primary key);
comment on table t is '';
