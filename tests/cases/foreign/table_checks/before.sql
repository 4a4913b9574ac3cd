create foreign data wrapper w;
create server s foreign data wrapper w;
create foreign table t (id integer, a text constraint short check (length(a) < 5)) server s;
