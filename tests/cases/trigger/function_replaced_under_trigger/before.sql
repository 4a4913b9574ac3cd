create table t (id integer primary key, n integer);
create function f() returns trigger language plpgsql as 'begin new.n := 1; return new; end';
create trigger x before insert on t for each row execute function f();
