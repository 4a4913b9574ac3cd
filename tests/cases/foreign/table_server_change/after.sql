create foreign data wrapper w;
create server one foreign data wrapper w;
create server two foreign data wrapper w;
create foreign table t (id integer) server two;
