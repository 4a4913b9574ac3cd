create access method heap_too type table handler heap_tableam_handler;
create table t (id integer primary key, a text) using heap_too;
create materialized view m using heap_too as select id from t;
