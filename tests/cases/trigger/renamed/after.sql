create table t (id integer primary key);
create function f() returns trigger language plpgsql as 'begin return new; end';
create trigger "New Name" before insert on t for each row execute function f();
