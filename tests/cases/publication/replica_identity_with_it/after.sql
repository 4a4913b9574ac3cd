create table t (id integer primary key, u uuid not null constraint t_u unique);
alter table t replica identity using index t_u;
create publication p for table t (u) where (u is not null);
