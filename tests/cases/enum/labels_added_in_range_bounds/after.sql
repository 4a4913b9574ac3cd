create type lvl as enum ('a','b','b2','c','d','e');
create table t (id int, l lvl) partition by range (l);
create table t1 partition of t for values from ('a') to ('b2');
create table t1b partition of t for values from ('b2') to ('c');
create table t2 partition of t for values from ('c') to ('e');
create table t3 partition of t for values from ('e') to (maxvalue);
