create function f() returns trigger language plpgsql as 'begin return new; end';
create table t (id integer primary key, a text);
create trigger x before update of a on t for each row when (old.a <> new.a) execute function f();
