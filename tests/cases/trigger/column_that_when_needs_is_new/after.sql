create function f() returns trigger language plpgsql as 'begin return new; end';
create table t (id integer primary key, state text not null default 'new');
create trigger x before update of state on t for each row when (new.state = 'done') execute function f();
