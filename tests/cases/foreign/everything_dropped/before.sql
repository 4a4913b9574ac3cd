create extension postgres_fdw;
create server s foreign data wrapper postgres_fdw;
create user mapping for role_a server s;
create foreign table t (id integer) server s;
create view v as select id from t;
