create type lvl as enum ('a','b','c','d');
create table t (id int, l lvl) partition by range (l);
create table t1 partition of t for values from ('a') to ('c');
create table t2 partition of t for values from ('c') to (maxvalue);
