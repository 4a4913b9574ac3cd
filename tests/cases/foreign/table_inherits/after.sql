create foreign data wrapper w;
create server s foreign data wrapper w;
create table p (id integer);
create foreign table t (a text) inherits (p) server s;
