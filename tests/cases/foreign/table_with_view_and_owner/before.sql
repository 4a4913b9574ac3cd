create foreign data wrapper w;
create server s foreign data wrapper w;
create foreign table t (id integer, a text) server s;
create view v as select id from t;
