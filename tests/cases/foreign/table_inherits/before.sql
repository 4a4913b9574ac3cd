create foreign data wrapper w;
create server s foreign data wrapper w;
create table p (id integer);
create foreign table t (id integer, a text) server s;
