create foreign data wrapper w;
create server s foreign data wrapper w;
create foreign table t (id bigint, a text) server s;
create view v as select id from t;
alter foreign table t owner to role_a;
