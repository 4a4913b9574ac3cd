create foreign data wrapper w;
create server s foreign data wrapper w;
create foreign table t (id integer) server s options (b '3', c '4');
