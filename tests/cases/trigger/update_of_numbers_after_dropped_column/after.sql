create function f() returns trigger language plpgsql as 'begin return new; end';
create table t (id integer primary key, a text, b text);
create trigger x before update of a on t for each row execute function f();
