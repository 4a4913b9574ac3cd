create function f() returns trigger language plpgsql as 'begin return new; end';
create table t (id integer, day date) partition by range (day);
create trigger x after insert on t for each row execute function f();
