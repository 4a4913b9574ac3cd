create table t (id integer primary key, a text);
create or replace function f() returns trigger language plpgsql as 'begin return null; end';
create trigger x before update of a or insert on t for each row execute function f();
create or replace function f() returns trigger language plpgsql as 'begin return new; end';
