create function f() returns trigger language plpgsql as 'begin return new; end';
create table t (id integer primary key, n integer);
create trigger x before update of n on t for each row when (old.n <> new.n) execute function f();
