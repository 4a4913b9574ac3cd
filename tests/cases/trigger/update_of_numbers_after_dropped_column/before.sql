create function f() returns trigger language plpgsql as 'begin return new; end';
create table t (id integer primary key, gone text, a text);
alter table t drop column gone;
create trigger x before update of a on t for each row execute function f();
