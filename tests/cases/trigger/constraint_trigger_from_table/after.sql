create table t (id integer primary key);
create table u (id integer primary key);
create function f() returns trigger language plpgsql as 'begin return null; end';
create constraint trigger x after insert on t from u deferrable for each row execute function f();
