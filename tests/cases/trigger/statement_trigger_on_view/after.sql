create table t (id integer primary key);
create view v as select id from t;
create function f() returns trigger language plpgsql as 'begin return null; end';
create trigger b before insert on v for each statement execute function f();
create trigger a after delete on v for each statement execute function f();
