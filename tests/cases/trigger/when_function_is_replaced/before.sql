create table t (id integer primary key, a text);
create function f() returns trigger language plpgsql as 'begin return new; end';
create function wanted(a text) returns boolean language sql immutable as 'select a is not null';
create trigger x before update on t for each row when (wanted(new.a)) execute function f();
