create table t (id integer, tenant integer) partition by list (tenant);
create table t_1 partition of t for values in (1);
