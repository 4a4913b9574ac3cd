create function f() returns trigger language plpgsql as 'begin return new; end';
create table t (id integer primary key, b text);
create trigger x before update of b on t for each row execute function f();
