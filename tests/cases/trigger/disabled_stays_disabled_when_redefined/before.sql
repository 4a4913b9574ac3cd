create table t (id integer primary key);
create function f() returns trigger language plpgsql as 'begin return null; end';
create trigger a after insert on t for each row execute function f();
alter table t disable trigger a;
comment on trigger a on t is 'off';
