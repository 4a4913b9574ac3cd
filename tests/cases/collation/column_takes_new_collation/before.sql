create table t (id integer primary key, a text unique);
create index t_a on t (lower(a));
create view v as select a from t where a > 'b';
