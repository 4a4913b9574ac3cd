create foreign data wrapper w;
create server s foreign data wrapper w;
create type e as enum ('a', 'b');
create function d() returns e language sql as 'select ''a''::e';
create foreign table t (id integer, v e default d(), constraint v_a check (v <> 'b')) server s;
create view live as select id from t where v = 'a';
