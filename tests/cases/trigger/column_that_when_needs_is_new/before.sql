create function f() returns trigger language plpgsql as 'begin return new; end';
create table t (id integer primary key);
create trigger x before update on t for each row execute function f();
