create table t (id integer primary key, a text, b text);
create function f() returns trigger language plpgsql as 'begin return new; end';
create trigger x before update on t for each row when (old.* is distinct from new.* and new.b > 'x') execute function f();
