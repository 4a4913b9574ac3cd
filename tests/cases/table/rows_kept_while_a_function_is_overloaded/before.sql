create function f() returns trigger language plpgsql as 'begin return new; end';
create table t (a int, b text default 'x');
create trigger g before insert on t for each row execute function f();
create view v as select a from t;
