create table t (id integer primary key);
create function f() returns trigger language plpgsql as 'begin return new; end';
create function ok() returns boolean language sql stable as 'select true';
create trigger x before insert on t for each row when (ok()) execute function f();
create policy p on t using (ok());
