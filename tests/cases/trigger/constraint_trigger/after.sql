create table t (id integer primary key);
create function f() returns trigger language plpgsql as 'begin return null; end';
create constraint trigger x after insert or update on t deferrable initially deferred for each row execute function f();
create constraint trigger y after delete on t for each row when (old.id > 5) execute function f();
