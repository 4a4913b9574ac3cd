create table t (id integer primary key);
create view v as select id from t;
create function f() returns trigger language plpgsql as 'begin return null; end';
