create function f() returns trigger language plpgsql as 'begin return new; end';
create table t (id integer primary key);
create table u (id integer primary key);
create trigger x before insert on t for each row execute function f();
create trigger x before insert on u for each row execute function f();
