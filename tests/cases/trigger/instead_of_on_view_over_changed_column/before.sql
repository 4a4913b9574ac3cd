create function f() returns trigger language plpgsql as 'begin return new; end';
create table t (id integer primary key, a integer);
create view v as select id, a from t;
create trigger x instead of update on v for each row execute function f();
comment on trigger x on v is 'kept';
