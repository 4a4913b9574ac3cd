create access method heap_too type table handler heap_tableam_handler;
create table t (id integer) partition by list (id) using heap_too;
create table t_1 partition of t for values in (1);
