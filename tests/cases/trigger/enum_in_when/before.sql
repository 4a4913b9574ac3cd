create type state as enum ('new', 'done');
create table t (id integer primary key, s state default 'new');
create function f() returns trigger language plpgsql as 'begin return new; end';
create trigger x before update on t for each row when (new.s = 'done') execute function f();
