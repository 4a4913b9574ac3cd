create function f() returns trigger language plpgsql as 'begin return new; end';
create table t (id integer primary key, a text);
create trigger x after update on t for each row when (old.* is distinct from new.*) execute function f();
