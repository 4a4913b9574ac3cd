create table t (id integer primary key);
create function f() returns trigger language plpgsql as 'begin return null; end';
create trigger x after update on t referencing old table as "Old rows" new table as fresh for each statement execute function f();
create trigger y after delete on t referencing old table as gone for each row execute function f();
