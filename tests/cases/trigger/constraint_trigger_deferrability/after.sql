create table t (id integer primary key);
create function f() returns trigger language plpgsql as 'begin return null; end';
create constraint trigger x after insert on t deferrable initially immediate for each row execute function f();
create constraint trigger y after insert on t deferrable initially immediate for each row execute function f();
