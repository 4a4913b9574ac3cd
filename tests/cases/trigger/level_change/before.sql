create table t (id integer primary key);
create function f() returns trigger language plpgsql as 'begin return new; end';
create trigger x after update on t for each row execute function f();
