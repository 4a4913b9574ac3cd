create table t (id integer primary key);
create function f() returns trigger language plpgsql as 'begin return null; end';
create trigger x after insert on t for each row execute function f();
