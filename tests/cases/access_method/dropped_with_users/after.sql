create table t (id integer primary key, a text);
create materialized view m as select id from t;
