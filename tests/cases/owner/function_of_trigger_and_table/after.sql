create table t (id integer primary key);
create function f() returns trigger language plpgsql security definer as 'begin return new; end';
create trigger x before insert on t for each row execute function f();
alter table t owner to role_a;
alter function f() owner to role_b;
