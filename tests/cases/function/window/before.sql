create function rn() returns bigint language internal window immutable as 'window_row_number';
create table t (id integer);
create view v as select id, rn() over (order by id) as n from t;
