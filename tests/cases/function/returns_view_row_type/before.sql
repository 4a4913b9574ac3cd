create table t (id integer primary key, a text, b text);
create view v as select id, a from t;
create function rows_of_v() returns setof v language sql as 'select * from v';
