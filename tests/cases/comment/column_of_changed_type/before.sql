create table t (id integer primary key, a integer);
comment on column t.a is 'old';
