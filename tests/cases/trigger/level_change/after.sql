create table t (id integer primary key);
create function f() returns trigger language plpgsql as 'begin return new; end';
create trigger x after update on t for each statement execute function f();
