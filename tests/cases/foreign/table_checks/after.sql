create foreign data wrapper w;
create server s foreign data wrapper w;
create foreign table t (id integer constraint positive check (id > 0) no inherit, a text) server s;
