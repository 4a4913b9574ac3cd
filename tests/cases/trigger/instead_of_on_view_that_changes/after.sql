create table t (id integer primary key, a text, b text);
create function f() returns trigger language plpgsql as 'begin return new; end';
create view v as select id, b from t;
create trigger x instead of update on v for each row execute function f();
