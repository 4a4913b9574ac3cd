create function f() returns trigger language plpgsql as 'begin return new; end';
create table t (id integer primary key, a integer, b integer generated always as (a * 2) stored);
create trigger x after update of b on t for each row when (old.b is distinct from new.b) execute function f();
