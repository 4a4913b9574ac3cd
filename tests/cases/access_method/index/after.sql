create table t (id integer, a integer);
create access method btree_too type index handler bthandler;
create operator class int_ops_too default for type integer using btree_too as
    operator 1 <, operator 2 <=, operator 3 =, operator 4 >=, operator 5 >, function 1 btint4cmp(integer, integer);
create index t_a on t using btree_too (a);
