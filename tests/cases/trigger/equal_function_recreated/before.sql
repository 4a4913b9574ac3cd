create table t (id integer primary key, a text);
create function f() returns trigger language plpgsql as 'begin return new; end';
create trigger x before insert or update of a on t for each row execute procedure f();
