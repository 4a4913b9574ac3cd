create access method heap_too type table handler heap_tableam_handler;
create table t (id integer primary key, a text);
create index t_a on t (a);
