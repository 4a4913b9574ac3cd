create function rn() returns bigint language internal window stable as 'window_rank';
create table t (id integer);
create view v as select id, rn() over (order by id desc) as n from t;
