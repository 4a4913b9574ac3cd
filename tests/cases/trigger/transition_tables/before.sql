create table t (id integer primary key);
create function f() returns trigger language plpgsql as 'begin return null; end';
create trigger x after update on t referencing new table as fresh for each statement execute function f();
