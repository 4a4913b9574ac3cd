create function f() returns trigger language plpgsql as 'begin return new; end';
create table t (id integer) partition by list (id);
create table t_1 partition of t for values in (1);
create trigger x after insert on t for each row execute function f();
create trigger y after insert on t for each row execute function f();
