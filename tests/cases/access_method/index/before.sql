create table t (id integer, a integer);
create index t_a on t (a);
