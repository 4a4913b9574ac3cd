create table t (id integer) partition by list (id);
create table t_1 partition of t for values in (1);
grant select on t to role_a;
grant select on t_1 to role_a;
